import Hashing
import Publication

/// Assemblies that are under way: a few at a time, each key once.
actor AssemblyFlights {
    private let flights = SingleFlight<Digest, Bool>()
    private var free = 4
    private var queue: [CheckedContinuation<Void, Never>] = []

    nonisolated func run(_ key: Digest, _ body: @escaping @Sendable () async throws -> Bool) async throws -> Bool {
        try await flights.run(key) {
            await self.take()
            let result = await Result { try await body() }
            await self.give()
            return try result.get()
        }
    }

    private func take() async {
        guard free == 0 else { return free -= 1 }
        await withCheckedContinuation { queue.append($0) }
    }

    private func give() {
        if queue.isEmpty { free += 1 } else { queue.removeFirst().resume() }
    }
}

extension Result where Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
