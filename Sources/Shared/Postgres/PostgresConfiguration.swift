/// Which PostgreSQL to connect to, and how.
///
/// `DATABASE_URL` (a URI or `keyword=value` pairs, "Connection Strings" in the manual of libpq) comes first; what it leaves out is taken from
/// the `PG*` variables, the service file and the password file, as by every program that uses libpq.
package struct PostgresConfiguration: Sendable {
    /// Connection parameters by libpq's keywords. May hold a password.
    package private(set) var parameters: [String: String]

    /// The server cancels a statement that runs longer. Kept off where the role or the database sets its own; `nil` leaves it as it is.
    package var statementTimeout: Duration? = .seconds(60)

    /// The server ends a session that stands idle inside a transaction for longer, because such a transaction keeps dead rows alive.
    /// Kept off where the role or the database sets its own; `nil` leaves it as it is.
    package var idleInTransactionTimeout: Duration? = .seconds(60)

    /// - Parameter environment: looks a variable up; by default in the process's environment.
    /// - Throws: ``PostgresError`` when `DATABASE_URL` cannot be read as a connection string.
    package init(environment: (String) -> String? = ProcessEnvironment.value) throws(PostgresError) {
        let url = environment("DATABASE_URL") ?? ""
        var parameters = url.isEmpty ? [:] : try ConnectionString.parameters(of: url, source: "DATABASE_URL")
        for option in ConnectionString.knownOptions() where parameters[option.keyword] == nil {
            if let variable = option.environmentVariable, let value = environment(variable), !value.isEmpty {
                parameters[option.keyword] = value
            }
        }
        self.init(parameters: parameters)
    }

    /// - Throws: ``PostgresError`` when `connectionString` cannot be read; its text does not repeat the string.
    package init(connectionString: String) throws(PostgresError) {
        self.init(parameters: try ConnectionString.parameters(of: connectionString, source: "the connection string"))
    }

    /// - Parameter parameters: by libpq's keywords: `host`, `port`, `dbname`, `user`, `password`, ...
    package init(parameters: [String: String]) {
        self.parameters = Self.defaults.merging(parameters) { _, given in given }
    }

    /// The same server and user, another database.
    package func withDatabase(_ name: String) -> PostgresConfiguration {
        var copy = self
        copy.parameters["dbname"] = name
        return copy
    }

    /// The same database on another server, or by another way to it.
    package func withHost(_ host: String) -> PostgresConfiguration {
        var copy = self
        copy.parameters["host"] = host
        return copy
    }

    /// The same, named `name` in `pg_stat_activity` unless the operator has chosen a name.
    package func withApplicationName(_ name: String) -> PostgresConfiguration {
        var copy = self
        copy.parameters["fallback_application_name"] = name
        return copy
    }

    /// A peer that vanished is noticed within about a minute when idle (keepalives) and half a minute when data is under way
    /// (`tcp_user_timeout`, milliseconds; the others are seconds); without them it takes the kernel's two hours and 15 minutes.
    private static let defaults = [
        "connect_timeout": "5", "keepalives": "1", "keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3",
        "tcp_user_timeout": "30000", "fallback_application_name": "nixery-farm",
    ]
}

extension PostgresConfiguration: CustomStringConvertible, CustomDebugStringConvertible {
    /// Host, port, database and user, as far as they are given; never the password.
    package var description: String {
        ["host", "port", "dbname", "user"].compactMap { keyword in parameters[keyword].map { "\(keyword)=\($0)" } }.joined(separator: " ")
    }

    package var debugDescription: String { description }
}
