import Composition
import Logging
import Nix
import Queue
import Registry

/// One claimed job from its recipe to its end in the database.
struct JobRun: Sendable {
    let job: ClaimedJob
    let queue: JobQueue
    let builder: ImageBuilder
    let logger: Logger

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
                // Cancelled, it returns early; by then another end counts.
                try? await Task.sleep(for: max(job.timeLeft, .zero))
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
            return .success(try await builder.build(recipe, rootName: "job-\(job.lease.job)-\(job.lease.fence)", observer: reporter))
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
        do {
            try? await reporter.flush(queue, job.lease)
            switch end {
            case .built(.success(let result)):
                if try await !queue.complete(job.lease, result.image) { logLost() }
            case .built(.failure(let error)):
                let failure = JobError(buildError: error)
                logger.notice("job failed", metadata: ["job": "\(job.lease.job)", "code": "\(failure.code.rawValue)"])
                if try await !queue.fail(job.lease, failure) { logLost() }
            case .late:
                let seconds = queue.times.deadline.inWholeSeconds
                let late = JobError(.timeout, "\(job.image) was not built within \(seconds) s (the limit is NIXERY_JOB_SECONDS)")
                if try await !queue.fail(job.lease, late) { logLost() }
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

    private func logLost() {
        logger.warning("the lease was lost; nothing was written", metadata: ["job": "\(job.lease.job)", "fence": "\(job.lease.fence)"])
    }
}
