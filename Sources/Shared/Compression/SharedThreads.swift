private import CLinux
private import Dispatch
private import Synchronization

/// A fixed number of threads that pack layers, and compress for each other.
///
/// Each thread packs one layer; when no layer is left to begin, it compresses chunks of those that are still being packed. So
/// the last large layer does not hold up the rest, and there are never more threads at work than the machine has processors,
/// however many images are built at once.
package final class SharedThreads: Sendable {
    private struct Job: Sendable {
        let number: Int
        let weight: Int64
        let begin: @Sendable () -> Void
        let cancel: @Sendable () -> Void
    }

    private struct State {
        var working = 0
        /// How many of them have no layer of their own and so compress for others.
        var helping = 0
        var lastNumber = 0
        var jobs: [Job] = []
        /// Full chunks that nobody compresses yet.
        var chunks: [Chunk] = []
    }

    private enum Work {
        case job(Job)
        case chunk(Chunk)
    }

    /// How many chunks wait for each thread that helps, so that it never has to wait for one: a stream's own thread that compresses
    /// a chunk itself brings no other meanwhile.
    static let chunksAhead = 2

    /// How many threads work at once.
    package let count: Int

    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "packing", attributes: .concurrent)

    package init(count: Int = SharedThreads.processors) { self.count = max(count, 1) }

    /// Bodies that wait for a thread.
    package var waiting: Int { state.withLock { $0.jobs.count } }

    /// Processors that this process may use.
    package static var processors: Int { Int(linux_processor_count()) }

    /// Runs `body`, which may block, on one of the threads as soon as one is free.
    ///
    /// - Parameter weight: of those that wait the heaviest begins first, so that it is not begun when all others have ended; of equal ones
    ///   the one that came first.
    /// - Throws: what `body` threw, or `CancellationError` if the task was cancelled before it began. Once it has begun it has
    ///   to ask for itself.
    package func run<Value: Sendable>(weight: Int64 = 0, _ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        let number = state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let job = Job(number: number, weight: weight) {
                    continuation.resume(with: Result(catching: body))
                } cancel: {
                    continuation.resume(throwing: CancellationError())
                }
                add(job)
                // Whoever was cancelled before this has had no job to take back.
                if Task.isCancelled { takeBack(number) }
            }
        } onCancel: {
            takeBack(number)
        }
    }

    /// Lets another thread compress `chunk`, unless it is withdrawn before.
    ///
    /// - Returns: false where none would come to it soon; then none will.
    func offer(_ chunk: Chunk) -> Bool {
        let (isTaken, isThreadFree) = state.withLock { state in
            let isThreadFree = state.working < count
            guard isThreadFree || state.chunks.count < Self.chunksAhead * state.helping else { return (false, false) }
            state.chunks.append(chunk)
            if isThreadFree {
                state.working += 1
                state.helping += 1
            }
            return (true, isThreadFree)
        }
        if isThreadFree { queue.async { self.work(helping: true) } }
        return isTaken
    }

    /// - Returns: whether nobody has begun to compress the chunk; then nobody will.
    func withdraw(_ chunk: Chunk) -> Bool {
        state.withLock { state in
            guard let index = state.chunks.firstIndex(where: { $0 === chunk }) else { return false }
            state.chunks.remove(at: index)
            return true
        }
    }

    private func takeBack(_ number: Int) {
        let job: Job? = state.withLock { state in
            guard let index = state.jobs.firstIndex(where: { $0.number == number }) else { return nil }
            return state.jobs.remove(at: index)
        }
        job?.cancel()
    }

    private func add(_ job: Job) {
        let isThreadFree = state.withLock { state in
            state.jobs.append(job)
            guard state.working < count else { return false }
            state.working += 1
            return true
        }
        if isThreadFree { queue.async { self.work(helping: false) } }
    }

    /// - Parameter helping: whether the thread is counted as one that helps.
    private func work(helping: Bool) {
        var isHelping = helping
        while let work = next(&isHelping) {
            switch work {
            case .job(let job): job.begin()
            case .chunk(let chunk): chunk.compress()
            }
        }
    }

    /// Layers before chunks: a chunk is compressed by its own layer's thread if by no other.
    private func next(_ isHelping: inout Bool) -> Work? {
        state.withLock { state in
            if isHelping { state.helping -= 1 }
            isHelping = false
            let heaviest = state.jobs.indices.max { left, right in
                (state.jobs[left].weight, state.jobs[right].number) < (state.jobs[right].weight, state.jobs[left].number)
            }
            if let heaviest { return .job(state.jobs.remove(at: heaviest)) }
            if !state.chunks.isEmpty {
                isHelping = true
                state.helping += 1
                return .chunk(state.chunks.removeFirst())
            }
            state.working -= 1
            return nil
        }
    }
}
