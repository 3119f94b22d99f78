package import Postgres

/// Objects that are to be removed from the store, and those who need them again.
package struct Doom: Sendable {
    let pool: PostgresPool

    package init(pool: PostgresPool) { self.pool = pool }

    /// Takes objects off the list, so that they may be written or counted on.
    /// - Returns: `false` if one of them is being removed at this moment: ask again soon.
    package func lift(_ paths: [String]) async throws -> Bool {
        try await pool.first(Self.lift, [.textArray(paths)]) { row in try row.bool("is_free") } ?? true
    }

    /// A removal takes seconds; one that began five minutes ago died.
    private static let lift: SQLStatement = """
        WITH freed AS (
            DELETE FROM farm.doomed WHERE path = ANY ($1::text[]) AND (deleting_since IS NULL OR deleting_since < now() - interval '5 minutes')
            RETURNING path
        )
        SELECT NOT EXISTS (
            SELECT FROM farm.doomed WHERE path = ANY ($1::text[]) AND path NOT IN (SELECT path FROM freed)
        ) AS is_free
        """
}
