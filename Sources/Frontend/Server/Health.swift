import Hummingbird
package import ObjectStorage
package import Postgres

/// Whether this frontend can serve: the database answers and the store can be used. For load balancers, at `/readyz`.
package struct Health: Sendable {
    private let pool: PostgresPool
    private let store: any ObjectStore

    package init(pool: PostgresPool, store: any ObjectStore) {
        self.pool = pool
        self.store = store
    }

    func response() async -> Response {
        do {
            _ = try await pool.execute("SELECT 1", timeout: .seconds(2))
            try await store.check()
            return .text("ready\n")
        } catch {
            return .text("not ready: \(error)\n", status: .serviceUnavailable)
        }
    }
}
