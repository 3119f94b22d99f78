import Hashing
import Postgres
package import Records
import Registry

/// What a worker asks of the queue. Every write of a job names its fence: a worker whose lease was given to another changes nothing.
extension JobQueue {
    /// Makes or renews the worker's row.
    package func register(_ worker: WorkerIdentity) async throws {
        try await pool.execute(
            Self.registerWorker,
            [
                .text(worker.id), .text(worker.host), .int(worker.process), .textArray(worker.systems), .int(worker.slots),
                .text(worker.version), .int(Recipe.version), .textArray(worker.features),
            ]
        )
    }

    package func unregister(_ worker: String) async throws {
        try await pool.execute("UPDATE farm.workers SET stopped_at = now() WHERE id = $1", [.text(worker)])
    }

    /// Claims up to `limit` jobs of the worker's systems whose recipes this program can read, in order of priority and age.
    package func claim(_ worker: WorkerIdentity, limit: Int) async throws -> [ClaimedJob] {
        try await pool.rows(
            Self.claim,
            [
                .text(worker.id), .textArray(worker.systems), .int(Recipe.version), .int(limit), .double(times.lease.inSeconds),
                .textArray(worker.features),
            ]
        ) { row in
            ClaimedJob(
                lease: JobLease(job: try row.int("id"), fence: try row.int("fence")),
                recipe: try row.bytes("recipe"),
                image: try row.text("image"),
                attempt: try row.int("attempt"),
                timeLeft: .seconds(try row.double("time_left"))
            )
        }
    }

    /// Renews leases and says the worker lives, in one statement.
    /// - Returns: the leases still held, and whether each was asked to be cancelled. A lease that is missing is lost.
    package func heartbeat(_ worker: String, _ leases: [JobLease]) async throws -> [JobLease: Bool] {
        let rows = try await pool.rows(
            Self.heartbeat,
            [.text(worker), .intArray(leases.map(\.job)), .intArray(leases.map(\.fence)), .double(times.lease.inSeconds)]
        ) { row in (JobLease(job: try row.int("id"), fence: try row.int("fence")), try row.bool("cancel_requested")) }
        return Dictionary(rows) { first, _ in first }
    }

    /// Sets phase and counters. - Returns: whether the lease is still held.
    package func progress(_ lease: JobLease, phase: String, done: Int, total: Int) async throws -> Bool {
        try await pool.execute(
            Self.progress,
            [.int(lease.job), .int(lease.fence), .text(phase), .int(done), .int(total)]
        ) > 0
    }

    package func appendLog(_ lease: JobLease, _ text: String) async throws {
        try await pool.execute(Self.appendLog, [.int(lease.job), .int(lease.fence), .text(text.replacing("\0", with: "\u{fffd}"))])
    }

    /// Publishes an image and ends its job, in one statement: manifest, layers, cache key, job, event. The first record of a manifest wins.
    /// - Returns: `false` if the lease is no longer held; nothing was changed then.
    package func complete(_ lease: JobLease, _ image: PublishedImage) async throws -> Bool {
        let done =
            try await pool.first(
                Self.complete,
                [
                    .int(lease.job), .int(lease.fence), .bytes(image.oci.digest.bytes), .bytes(image.oci.bytes),
                    .optional(image.docker?.digest.bytes), .optional(image.docker?.bytes), .bytes(image.configDigest.bytes),
                    .textArray(image.layerKeys.map(\.hex)), .textArray(image.caveats),
                ]
            ) { row in try row.bool("done") } ?? false
        if done { await notify(Self.doneChannel, String(lease.job)) }
        return done
    }

    /// Ends a job with a final error, which is remembered, or puts it back for another attempt after a passing one.
    /// - Returns: `false` if the lease is no longer held.
    package func fail(_ lease: JobLease, _ error: JobError) async throws -> Bool {
        let changed = try await pool.first(
            Self.fail,
            [
                .int(lease.job), .int(lease.fence), .text(error.code.rawValue), .text(error.message.replacing("\0", with: "\u{fffd}")),
                .bool(error.code.isFinal), .int(times.mostAttempts), .double(times.retryDelay.inSeconds),
                .double(times.failureMemory.inSeconds), .double(times.movingFailureMemory.inSeconds),
            ]
        ) { row in try row.text("state") }
        if changed == "failed" || changed == "cancelled" { await notify(Self.doneChannel, String(lease.job)) }
        if changed == "queued" { await notify(Self.workChannel, "") }
        return changed != nil
    }

    /// Gives back what the worker has claimed without knowing: the answer to a claim was lost. Nothing of that was begun, so it need not wait
    /// for the lease to run out.
    package func giveBack(of worker: String, except known: [JobLease]) async throws {
        let released = try await pool.execute(Self.giveBack, [.text(worker), .intArray(known.map(\.fence))])
        if released > 0 { await notify(Self.workChannel, "") }
    }

    /// Gives a job back, its attempt not counted: the worker is being stopped.
    package func release(_ lease: JobLease) async throws {
        let released = try await pool.execute(Self.release, [.int(lease.job), .int(lease.fence)])
        if released > 0 { await notify(Self.workChannel, "") }
    }

    /// Ends a job whose cancel was asked for, once its processes are gone.
    package func cancelled(_ lease: JobLease) async throws {
        try await pool.execute(Self.cancelled, [.int(lease.job), .int(lease.fence)])
        await notify(Self.doneChannel, String(lease.job))
    }
}
