package import Hashing

/// How a request for a build stands.
package enum BuildOutcome: Hashable, Sendable {
    /// A job is queued or running.
    case waiting(job: Int)
    /// The manifest with this OCI digest is published.
    case manifest(Digest, job: Int)
    /// - Parameter remembered: for how many seconds more a request for the same gets this answer; `nil` if it is no longer remembered.
    case failed(JobError, job: Int, remembered: Int?)
    case cancelled(job: Int)
}
