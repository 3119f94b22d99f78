import Hashing
package import Postgres
import Queue
import Registry

/// What moving names stood for when their origin last answered: the table `farm.resolutions`, which all frontends share.
package struct Resolutions: Sendable {
    package let times: ResolutionTimes
    private let pool: PostgresPool

    package init(pool: PostgresPool, times: ResolutionTimes) {
        self.pool = pool
        self.times = times
    }

    /// A name in a repository.
    struct Name: Hashable, Sendable {
        let url: String
        /// `HEAD`, a branch or a tag.
        let name: String

        var place: String { PackageSource.withoutCredentials(url) }
    }

    /// What is known of a name.
    struct Entry: Hashable, Sendable {
        /// `nil`: the repository had no such name, or has not answered yet.
        let revision: String?
        /// Since the repository last answered; `nil`: it has not yet.
        let age: Duration?
        /// Why it could not be asked.
        let failure: String?
        /// Since it could not be asked.
        let failureAge: Duration?
    }

    /// The right to ask a repository for a name, alone and for a time.
    struct Claim: Hashable, Sendable {
        let name: Name
        /// When it ends, as the database writes it; no other claim has the same.
        let end: String
    }

    func entry(_ name: Name) async throws -> Entry? {
        try await pool.first(Self.look, try Self.key(name)) { row in
            Entry(
                revision: try row.optionalText("revision"),
                age: try row.optionalDouble("age").map { .seconds($0) },
                failure: try row.optionalText("failure"),
                failureAge: try row.optionalDouble("failure_age").map { .seconds($0) }
            )
        }
    }

    /// - Returns: `nil` when another frontend asks, or has just asked.
    func claim(_ name: Name) async throws -> Claim? {
        let limits = [times.claim, times.fresh, times.brief].map { SQLValue.double($0.inSeconds) }
        return try await pool.first(Self.claim, try Self.key(name) + [.text(name.place)] + limits) { row in
            Claim(name: name, end: try row.text("claim"))
        }
    }

    /// Writes what the repository answered, and removes some rows that are of no use any more.
    /// - Parameter revision: `nil`: it has no such name.
    /// - Returns: whether the claim still stood; if not, nothing was written.
    func record(_ claim: Claim, revision: String?) async throws -> Bool {
        let life = revision == nil ? times.brief : max(times.stale, times.fresh)
        let values: [SQLValue] = [.optional(revision), .double(life.inSeconds)]
        let written = try await pool.execute(Self.recordAnswer, try Self.key(claim) + values) > 0
        try await pool.execute(Self.prune)
        return written
    }

    /// Writes why the repository could not be asked.
    /// - Returns: as ``record(_:revision:)``.
    func record(_ claim: Claim, failure: String) async throws -> Bool {
        try await pool.execute(Self.recordFailure, try Self.key(claim) + [.text(failure), .double(times.brief.inSeconds)]) > 0
    }

    private static func key(_ name: Name) throws -> [SQLValue] {
        [.bytes(try SHA256.digest(of: Array(name.url.utf8)).bytes), .text(name.name)]
    }

    private static func key(_ claim: Claim) throws -> [SQLValue] { try key(claim.name) + [.text(claim.end)] }

    private static let look: SQLStatement = """
        SELECT revision, failure, extract(epoch FROM now() - answered_at)::float8 AS age, extract(epoch FROM now() - failed_at)::float8 AS failure_age
        FROM farm.resolutions WHERE origin = $1 AND name = $2
        """
    /// What was answered between the look and this is not asked for again.
    private static let claim: SQLStatement = """
        INSERT INTO farm.resolutions AS known (origin, name, place, asked_until, expires_at)
        VALUES ($1, $2, $3, now() + make_interval(secs => $4), now() + make_interval(secs => $4))
        ON CONFLICT (origin, name) DO UPDATE
        SET asked_until = excluded.asked_until, expires_at = greatest(known.expires_at, excluded.expires_at)
        WHERE coalesce(known.asked_until <= now(), true)
            AND coalesce(known.answered_at <= now() - make_interval(secs => CASE WHEN known.revision IS NULL THEN $6::float8 ELSE $5::float8 END), true)
            AND coalesce(known.failed_at <= now() - make_interval(secs => $6::float8), true)
        RETURNING asked_until::text AS claim
        """
    private static let recordAnswer: SQLStatement = """
        UPDATE farm.resolutions SET revision = $4, answered_at = now(), failure = NULL, failed_at = NULL, asked_until = NULL,
            expires_at = now() + make_interval(secs => $5)
        WHERE origin = $1 AND name = $2 AND asked_until = $3::timestamptz
        """
    private static let recordFailure: SQLStatement = """
        UPDATE farm.resolutions SET failure = $4, failed_at = now(), asked_until = NULL,
            expires_at = greatest(expires_at, now() + make_interval(secs => $5))
        WHERE origin = $1 AND name = $2 AND asked_until = $3::timestamptz
        """
    private static let prune: SQLStatement = """
        DELETE FROM farm.resolutions WHERE ctid IN (
            SELECT ctid FROM farm.resolutions WHERE expires_at < now() AND coalesce(asked_until < now(), true)
            ORDER BY expires_at LIMIT 100 FOR UPDATE SKIP LOCKED
        )
        """
}
