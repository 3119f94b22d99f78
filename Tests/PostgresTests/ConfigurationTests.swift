import Postgres
import TestSupport
import Testing

@testable import Postgres

@Suite struct ConfigurationTests {
    private func configuration(_ environment: [String: String]) throws -> PostgresConfiguration {
        try PostgresConfiguration(environment: { environment[$0] })
    }

    @Test(arguments: ["postgresql://alice@db.example:6432/farm", "host=db.example port=6432 user=alice dbname=farm"])
    func readsBothForms(_ url: String) throws {
        let configuration = try configuration(["DATABASE_URL": url])
        #expect(configuration.description == "host=db.example port=6432 dbname=farm user=alice")
    }

    @Test func variablesFillWhatTheAddressLeavesOut() throws {
        let configuration = try configuration([
            "DATABASE_URL": "postgresql://db.example/farm", "PGHOST": "elsewhere", "PGUSER": "alice", "PGPORT": "6432",
            "PGCONNECT_TIMEOUT": "9",
        ])
        #expect(configuration.description == "host=db.example port=6432 dbname=farm user=alice")
        #expect(configuration.parameters["connect_timeout"] == "9")
    }

    @Test func watchesItsPeerUnlessToldOtherwise() throws {
        let defaults = try configuration([:]).parameters
        #expect(defaults["keepalives_idle"] == "30")
        #expect(defaults["tcp_user_timeout"] == "30000")
        #expect(defaults["connect_timeout"] == "5")
        let given = try configuration(["DATABASE_URL": "postgresql:///farm?keepalives_idle=7&tcp_user_timeout=8"]).parameters
        #expect(given["keepalives_idle"] == "7")
        #expect(given["tcp_user_timeout"] == "8")
    }

    /// Whatever is wrong with an address, a part of it may be a password.
    @Test(arguments: [
        "postgres:/alice:hunter2@db/farm", "postgresql://alice:hunter2@db/farm?sslmod=x", "postgresql://alice:hu@hunter2@db/farm",
        "hunter2",
        "postgresql://alice:hunter2%zz@db/farm",
    ])
    func badAddressIsRefusedWithoutQuotingIt(_ url: String) throws {
        let error = try #require(throws: PostgresError.self) { try configuration(["DATABASE_URL": url]) }
        #expect(error.message.contains("DATABASE_URL"))
        #expect(!error.message.contains("hunter2"))
    }

    @Test func passwordIsNotShown() throws {
        let configuration = try configuration(["DATABASE_URL": "postgresql://alice:hunter2@db/farm"])
        #expect(configuration.parameters["password"] == "hunter2")
        #expect(!"\(configuration)\(String(reflecting: configuration))".contains("hunter2"))
    }

    @Test func sessionHasItsSettings() async throws {
        var database = try await TemporaryPostgres.shared.database()
        database.statementTimeout = .milliseconds(1500)
        database.idleInTransactionTimeout = .seconds(7)
        let pool = try pool(on: database.withApplicationName("a test"))
        let settings = try await pool.rows(
            """
            SELECT current_setting(name) AS v
            FROM unnest(ARRAY[
                'statement_timeout', 'idle_in_transaction_session_timeout', 'application_name', 'client_encoding', 'plan_cache_mode',
                'enable_seqscan', 'jit'
            ]) AS name
            """
        ) { row in try row.text("v") }
        #expect(settings == ["1500ms", "7s", "a test", "UTF8", "force_generic_plan", "off", "off"])
    }

    @Test(arguments: [("statement_timeout", "11s"), ("plan_cache_mode", "force_custom_plan")])
    func roleKeepsItsOwnSettings(name: String, value: String) async throws {
        let database = try await TemporaryPostgres.shared.database()
        try await pool(on: database).execute(
            SQLStatement("ALTER DATABASE \(database.parameters["dbname"] ?? "") SET \(name) = '\(value)'"))
        let setting = try await pool(on: database).first("SELECT current_setting($1) AS v", [.text(name)]) { row in try row.text("v") }
        #expect(setting == value)
    }

    @Test(arguments: [["host": "/nonexistent"], ["host": "127.0.0.1", "port": "1"]])
    func unreachableServerIsNamed(_ parameters: [String: String]) async throws {
        let nowhere = PostgresConfiguration(
            parameters: parameters.merging(["dbname": "farm", "user": "alice", "password": "hunter2"]) { $1 })
        let error = try await #require(throws: PostgresError.self) { try await nowhere.checkReachable() }
        #expect(error.message.hasPrefix("cannot reach PostgreSQL at \(parameters["host"] ?? ""):\(parameters["port"] ?? "5432")/farm: "))
        #expect(error.message.hasSuffix("set DATABASE_URL, or PGHOST, PGPORT, PGUSER and PGDATABASE"))
        #expect(error.isConnectionFailure && !error.isOutcomeUnknown)
        #expect(!error.message.contains("hunter2"))
    }

    @Test func missingDatabaseIsNamed() async throws {
        let database = try await TemporaryPostgres.shared.database().withDatabase("nowhere")
        let error = try await #require(throws: PostgresError.self) { try await database.checkReachable() }
        #expect(error.message.contains("\"nowhere\" does not exist"))
    }

    @Test func reachableServerPasses() async throws {
        try await TemporaryPostgres.shared.database().checkReachable()
    }
}
