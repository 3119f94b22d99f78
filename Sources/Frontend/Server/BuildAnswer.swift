import Queue
import Registry

/// What a client is told of a build that gave no manifest: whatever a person can act on is a 4xx, since Docker prints only those.
struct BuildAnswer {
    let image: String
    /// Host and port as the client named them.
    let authority: String?

    /// The wait was over before the database had taken the request.
    var notQueued: RegistryError {
        .tooManyRequests("\(image) could not be queued yet, the database is busy; pull again", retryAfter: 5)
    }

    /// The wait is over, the build is not.
    func unfinished(_ job: Int, standing: String?) -> RegistryError {
        let state = standing ?? "still being built"
        return .tooManyRequests(
            "\(image) is not ready yet: \(state). Pull again to go on waiting.\nIts progress: \(address(job))", detail: detail(job),
            retryAfter: 10)
    }

    /// How the build ended.
    func error(_ outcome: BuildOutcome) -> RegistryError {
        let job = outcome.job
        switch outcome {
        case .failed(let failure, _, let remembered) where failure.code.isFinal:
            let memory = remembered.map { "\nRemembered for \($0) s; a pull after that builds again." } ?? ""
            return .manifestUnknown(failure.message + "\nThe whole log: \(address(job))/log" + memory, detail: detail(job))
        case .failed(let failure, _, _):
            return .tooManyRequests(
                "\(image) could not be built now: \(failure.message)\nThe whole log: \(address(job))/log", detail: detail(job),
                retryAfter: 30)
        case .cancelled(_, let reason):
            return .tooManyRequests(
                "the build of \(image) was cancelled (\(reason)); pull again to start it anew", detail: detail(job), retryAfter: 1)
        case .waiting, .manifest: return unfinished(job, standing: nil)
        }
    }

    private func address(_ job: Int) -> String { "http://\(authority ?? "<this registry>")/jobs/\(job)" }

    private func detail(_ job: Int) -> JSON {
        .members(("job", .int(Int64(job))), ("url", .string(address(job))), ("log", .string(address(job) + "/log")))
    }
}
