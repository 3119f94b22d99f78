import Hashing

/// Assemblies that are under way: a few at a time, each key once.
actor AssemblyFlights {
    private var flights: [Digest: Task<Bool, any Error>] = [:]
    private var free = 4
    private var queue: [CheckedContinuation<Void, Never>] = []

    func run(_ key: Digest, _ body: @escaping @Sendable () async throws -> Bool) async throws -> Bool {
        if let flight = flights[key] { return try await flight.value }
        // A task of its own: those who share it may leave.
        let flight = Task {
            await take()
            defer { give() }
            return try await body()
        }
        flights[key] = flight
        defer { flights[key] = nil }
        return try await flight.value
    }

    private func take() async {
        if free > 0 { return free -= 1 }
        await withCheckedContinuation { queue.append($0) }
    }

    private func give() {
        if queue.isEmpty { free += 1 } else { queue.removeFirst().resume() }
    }
}
