internal import HTTP

extension StorageError {
    /// A request of a store that got no answer.
    static func remote(_ error: HTTPError, action: String, object: String) -> any Error {
        if error.kind == .cancelled { return CancellationError() }
        return StorageError.remote(
            RemoteFailure(action: action, object: object, status: nil, reason: error.description, retryAdvice: error.retryAdvice))
    }
}
