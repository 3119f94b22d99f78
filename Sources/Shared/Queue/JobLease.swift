/// A worker's right to a job: every write carries both numbers.
package struct JobLease: Hashable, Sendable {
    package let job: Int
    package let fence: Int

    package init(job: Int, fence: Int) {
        self.job = job
        self.fence = fence
    }
}

/// A job that a worker has just claimed.
package struct ClaimedJob: Hashable, Sendable {
    package let lease: JobLease
    package let recipe: [UInt8]
    package let image: String
    package let attempt: Int
    /// Until the job's deadline.
    package let timeLeft: Duration
}
