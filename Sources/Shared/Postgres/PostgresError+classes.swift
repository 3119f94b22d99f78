/// The conditions that callers decide by (Appendix A, "PostgreSQL Error Codes").
extension PostgresError {
    /// The connection is gone or never was: another attempt needs a new one. See ``isOutcomeUnknown`` before repeating a write.
    package var isConnectionFailure: Bool {
        if kind == .connection || kind == .unreachable { return true }
        guard let sqlState else { return false }
        return sqlState.hasPrefix("08") || Self.endedSession.contains(sqlState)
    }

    /// 57P01 to 57P05: the server ended the session; 25P03: it ended it because a transaction stood idle.
    private static let endedSession: Set<String> = ["57P01", "57P02", "57P03", "57P04", "57P05", "25P03"]

    /// The same statement may succeed in a moment: the server is away, busy, slow, or is being replaced by one that is only read for now.
    package var isPassing: Bool {
        isConnectionFailure || isTimeout || isSerializationFailure || kind == .poolBusy
            || sqlState.map { ["25006", "53300"].contains($0) } == true
    }

    package var isUniqueViolation: Bool { sqlState == "23505" }
    package var isForeignKeyViolation: Bool { sqlState == "23503" }
    package var isCheckViolation: Bool { sqlState == "23514" }

    /// The transaction lost against another one and can be repeated as it is.
    package var isSerializationFailure: Bool { sqlState == "40001" || sqlState == "40P01" }

    /// The table, view, schema or function does not exist: the schema is older than the program.
    package var isUndefinedObject: Bool { ["42P01", "42883", "42703", "3F000"].contains(sqlState) }

    /// The statement ran past its deadline or the server's `statement_timeout`.
    package var isTimeout: Bool { kind == .deadline || sqlState == "57014" }
}
