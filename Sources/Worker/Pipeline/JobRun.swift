package import Assembly
package import Composition
import Logging
import Nix
import Postgres
import Queue
package import Registry

/// Makes an image and stores its blobs, under a name that no other running build has: ``ImageBuilder/build(_:rootName:observer:)``.
package typealias ImageMaker = @Sendable (Recipe, _ rootName: String, any BuildObserver) async throws -> ComposedImage

/// One claimed job from its recipe to its end in the database.
struct JobRun: Sendable {
    let job: ClaimedJob
    let queue: JobQueue
    let logger: Logger
    let makeImage: ImageMaker

    private enum End: Sendable {
        case built(Result<ComposedImage, any Error>)
        case stopped(StopReason?)
        case reporterEnded
        case late
    }

    /// Returns when the job has ended and none of its processes is left.
    func run(_ signal: StopSignal) async {
        let reporter = JobReporter()
        let end = await withTaskGroup(of: End.self) { group in
            group.addTask { .built(await build(reporter)) }
            group.addTask { .stopped(await signal.wait()) }
            group.addTask {
                do { try await Task.sleep(for: max(job.timeLeft, .zero)) } catch { return .stopped(nil) }
                return .late
            }
            group.addTask {
                await report(reporter)
                return .reporterEnded
            }
            var end = End.reporterEnded
            while case .reporterEnded = end, let next = await group.next() { end = next }
            // Leaving the group waits for the build, which ends when its processes are gone.
            group.cancelAll()
            return end
        }
        // What follows must reach the database though this task may be cancelled by now.
        await Task { await finish(end, reporter) }.value
    }

    private func build(_ reporter: JobReporter) async -> Result<ComposedImage, any Error> {
        do {
            let recipe = try Recipe(decoding: job.recipe)
            return .success(try await makeImage(recipe, "job-\(job.lease.job)-\(job.lease.fence)", reporter))
        } catch {
            return .failure(error)
        }
    }

    private func report(_ reporter: JobReporter) async {
        while !Task.isCancelled {
            do {
                try await reporter.flush(queue, job.lease)
                try await Task.sleep(for: .seconds(1))
            } catch is CancellationError {
                return
            } catch {
                logger.warning("cannot write progress", metadata: ["job": "\(job.lease.job)", "error": "\(error)"])
                try? await Task.sleep(for: .seconds(1))
            }
        }
    }

    private func finish(_ end: End, _ reporter: JobReporter) async {
        try? await reporter.flush(queue, job.lease)
        do {
            switch end {
            case .built(.success(let result)):
                if try await !insistently({ try await queue.complete(job.lease, result.image) }) { logLost() }
            case .built(.failure(is CancellationError)): try await queue.release(job.lease)
            case .built(.failure(let error)): try await fail(JobError(buildError: error))
            case .late:
                let seconds = queue.times.deadline.inWholeSeconds
                try await fail(
                    JobError(.timeout, "\(job.image) was not built within \(seconds) s (the limit is NIXERY_JOB_SECONDS)"))
            case .stopped(.cancelRequested?): try await queue.cancelled(job.lease)
            case .stopped(.shutdown?): try await queue.release(job.lease)
            case .stopped(.leaseLost?): logLost()
            case .stopped(nil), .reporterEnded: try await queue.release(job.lease)
            }
        } catch {
            // The lease runs out, and another worker does the job again.
            logger.error("cannot write the end of a job", metadata: ["job": "\(job.lease.job)", "error": "\(error)"])
        }
    }

    private func fail(_ error: JobError) async throws {
        logger.notice("job failed", metadata: ["job": "\(job.lease.job)", "code": "\(error.code.rawValue)"])
        if try await !insistently({ try await queue.fail(job.lease, error) }) { logLost() }
    }

    /// Repeats a write of the job's end while the database is away, for as long as a lease lasts. Such a write may be repeated though its
    /// answer was lost: it names its fence, and done again it says that it was done.
    private func insistently(_ write: () async throws -> Bool) async throws -> Bool {
        let limit = ContinuousClock.now + queue.times.lease
        while true {
            do {
                return try await write()
            } catch let error as PostgresError where error.isPassing && ContinuousClock.now < limit {
                logger.warning("the end of a job is written again", metadata: ["job": "\(job.lease.job)", "error": "\(error)"])
                try await Task.sleep(for: queue.times.poll)
            }
        }
    }

    private func logLost() {
        logger.warning("the lease was lost; nothing was written", metadata: ["job": "\(job.lease.job)", "fence": "\(job.lease.fence)"])
    }
}
