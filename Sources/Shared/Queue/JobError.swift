/// Why a job failed: a code for programs and a message for people.
package struct JobError: Error, Hashable, Sendable {
    package enum Code: String, Sendable, CaseIterable {
        case packageNotFound = "package_not_found"
        case badRequest = "bad_request"
        case evaluationFailed = "eval_failed"
        case buildFailed = "build_failed"
        case timeout
        case silent = "max_silent"
        case logLimit = "log_limit"
        case tooLarge = "too_large"
        case uploadFailed = "upload_failed"
        case substituter
        case outOfDisk = "out_of_disk"
        case workerLost = "worker_lost"
        case noWorker = "no_worker"
        case `internal`

        /// A final error would come again; a passing one is tried again.
        package var isFinal: Bool {
            switch self {
            case .packageNotFound, .badRequest, .evaluationFailed, .buildFailed, .timeout, .silent, .logLimit, .tooLarge: true
            case .uploadFailed, .substituter, .outOfDisk, .workerLost, .noWorker, .internal: false
            }
        }
    }

    package let code: Code
    /// First line what happened; then the last lines of the log.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}
