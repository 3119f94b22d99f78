package import Hashing

/// How a request for a build stands.
package enum BuildOutcome: Hashable, Sendable {
    /// A job is queued or running.
    case waiting(job: Int)
    /// The manifest with this OCI digest is published.
    case manifest(Digest, job: Int)
    case failed(JobError, job: Int)
    case cancelled(job: Int)
}
