/// What is set once for each session, after connecting: as statements and not as start-up options, which connection poolers refuse.
enum SessionSettings {
    /// Keeps whatever the role, the database or `PGOPTIONS` has set already.
    private static let setUnlessSet: SQLStatement = """
        SELECT set_config(name, value, false)
        FROM unnest($1::text[], $2::text[], $3::text[]) AS wanted (name, usual, value)
        WHERE current_setting(name) = usual
        """

    /// Statements are planned once for each connection: to plan a claim anew for its values takes longer than to run it. Such a plan may be
    /// made while a table is empty and must serve when it is full, so it keeps to the indexes; and compiling it would take longer still.
    private static let planning = [
        (name: "plan_cache_mode", usual: "auto", value: "force_generic_plan"),
        (name: "enable_seqscan", usual: "on", value: "off"),
        (name: "jit", usual: "on", value: "off"),
    ]

    static func apply(_ configuration: PostgresConfiguration, to handle: ConnectionHandle) throws {
        var settings = planning
        let timeouts = [
            ("statement_timeout", configuration.statementTimeout),
            ("idle_in_transaction_session_timeout", configuration.idleInTransactionTimeout),
        ]
        for case (let name, let timeout?) in timeouts { settings.append((name, "0", "\(Int(timeout / .milliseconds(1)))ms")) }
        let limits = StatementLimits(deadline: ContinuousClock.now + .seconds(10))
        let columns = [settings.map(\.name), settings.map(\.usual), settings.map(\.value)]
        _ = try handle.execute(setUnlessSet, columns.map { .textArray($0) }, limits)
    }
}
