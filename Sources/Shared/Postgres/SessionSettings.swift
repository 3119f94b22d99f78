/// What is set once for each session, after connecting: as statements and not as start-up options, which connection poolers refuse.
enum SessionSettings {
    /// Keeps whatever the role, the database or `PGOPTIONS` has set already.
    private static let setUnlessSet: SQLStatement = """
        SELECT set_config(name, value, false)
        FROM (VALUES ('statement_timeout', $1), ('idle_in_transaction_session_timeout', $2)) AS wanted (name, value)
        WHERE value IS NOT NULL AND current_setting(name) = '0'
        """

    static func apply(_ configuration: PostgresConfiguration, to handle: ConnectionHandle) throws {
        let values = [configuration.statementTimeout, configuration.idleInTransactionTimeout].map { timeout in
            SQLValue.optional(timeout.map { "\(Int($0 / .milliseconds(1)))ms" })
        }
        let limits = StatementLimits(deadline: ContinuousClock.now + .seconds(10))
        _ = try handle.execute(setUnlessSet, values, limits)
    }
}
