private import CLibpq

extension PostgresConfiguration {
    /// Oldest server that has all that the farm's SQL uses.
    private static let oldestServer: Int32 = 140_000

    /// Connects once, so that a program can say at its start what is wrong with its settings.
    /// - Throws: ``PostgresError`` of kind `connection` that names the server and the variables to set.
    package func checkReachable() async throws {
        try await PostgresSession.once(self) { connection, _ in
            let version = unsafe PQserverVersion(connection.handle.connection)
            guard version >= Self.oldestServer else {
                throw PostgresError(kind: .usage, message: "PostgreSQL \(version / 10_000) is too old: 14 or newer is needed")
            }
        }
    }
}
