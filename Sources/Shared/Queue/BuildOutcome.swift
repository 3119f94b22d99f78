package import Hashing
import Postgres

/// How a request for a build stands.
package enum BuildOutcome: Hashable, Sendable {
    /// A job is queued or running.
    case waiting(job: Int)
    /// The manifest with this OCI digest is published.
    case manifest(Digest, job: Int)
    /// - Parameter remembered: for how many seconds more a request for the same gets this answer; `nil` if it is no longer remembered.
    case failed(JobError, job: Int, remembered: Int?)
    case cancelled(job: Int, reason: String)

    package var job: Int {
        switch self {
        case .waiting(let job), .manifest(_, let job), .failed(_, let job, _), .cancelled(let job, _): job
        }
    }

    init(row: borrowing PostgresRow) throws {
        let job = try row.int("id")
        switch try row.text("state") {
        case "succeeded":
            guard let bytes = try row.optionalBytes("manifest"), let digest = Digest(bytes: bytes) else {
                self = .cancelled(job: job, reason: "the image was removed from the farm")
                return
            }
            self = .manifest(digest, job: job)
        case "failed":
            let code = JobError.Code(rawValue: try row.optionalText("error_code") ?? "") ?? .internal
            self = .failed(
                JobError(code, try row.optionalText("error_message") ?? ""), job: job, remembered: try row.optionalInt("remembered"))
        case "cancelled": self = .cancelled(job: job, reason: try row.optionalText("cancel_reason") ?? "cancelled")
        default: self = .waiting(job: job)
        }
    }
}
