/// What went wrong between the program and PostgreSQL.
///
/// Its text is safe to log and to show: it holds no value that was bound, no DETAIL, HINT or CONTEXT of the server, and no password.
package struct PostgresError: Error, Sendable {
    package enum Kind: Sendable, Hashable {
        /// The server refused or aborted the statement; `sqlState` says why.
        case server
        /// A connection could not be opened, or it broke.
        case connection
        /// No connection could be opened for as long as the caller would wait.
        case unreachable
        /// The call's time ran out. The statement was cancelled and has had no effect.
        case deadline
        /// All connections of the pool stayed busy for as long as the caller would wait.
        case poolBusy
        /// The pool, session or listener was closed.
        case closed
        /// A column is missing, is null, or has another type than the one asked for.
        case decoding
        /// The caller's mistake: settings or parameters that cannot be used.
        case usage
    }

    package let kind: Kind
    /// The five characters of SQLSTATE ("PostgreSQL Error Codes" in its manual); `nil` unless the server answered with an error.
    package let sqlState: String?
    /// `ERROR`, `FATAL` or `PANIC`, untranslated.
    package let severity: String?
    /// What happened, in words, without data.
    package let message: String
    /// The constraint that was violated, for a constraint violation.
    package let constraint: String?
    /// Where in the statement's text the error was found, counted in characters from 1.
    package let position: Int?
    /// True when a statement was sent and its answer never came: it may or may not have taken effect.
    package let isOutcomeUnknown: Bool

    package init(
        kind: Kind, sqlState: String? = nil, severity: String? = nil, message: String, constraint: String? = nil, position: Int? = nil,
        isOutcomeUnknown: Bool = false
    ) {
        self.kind = kind
        self.sqlState = sqlState
        self.severity = severity
        self.message = message
        self.constraint = constraint
        self.position = position
        self.isOutcomeUnknown = isOutcomeUnknown
    }
}

extension PostgresError: CustomStringConvertible {
    package var description: String {
        sqlState.map { "\(message) (SQLSTATE \($0))" } ?? message
    }
}
