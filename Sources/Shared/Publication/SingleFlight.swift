/// Equal questions that come together are asked once.
package actor SingleFlight<Key: Hashable & Sendable, Value: Sendable> {
    private var flights: [Key: Task<Value, any Error>] = [:]

    package init() {}

    /// The answer of `body`, or of the call with this key that is under way. It is made in a task of its own, so whoever is cancelled takes it
    /// from nobody else.
    package func run(_ key: Key, _ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
        if let flight = flights[key] { return try await flight.value }
        let flight = Task { try await body() }
        flights[key] = flight
        defer { flights[key] = nil }
        return try await flight.value
    }
}
