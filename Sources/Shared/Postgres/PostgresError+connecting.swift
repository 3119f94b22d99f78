internal import CLibpq

extension PostgresError {
    /// The server could not be reached, or would not have us. libpq's text names the server and the user, never the password.
    static func unreachable(_ connection: OpaquePointer) -> PostgresError {
        let reason = unsafe oneLine(PQerrorMessage(connection))
        return PostgresError(
            kind: .connection,
            message: "cannot reach PostgreSQL at \(unsafe target(of: connection)): \(reason); "
                + "set DATABASE_URL, or PGHOST, PGPORT, PGUSER and PGDATABASE")
    }

    /// `host:port/database`, as libpq has worked it out.
    static func target(of connection: OpaquePointer) -> String {
        let host = unsafe oneLine(PQhost(connection))
        return unsafe "\(host.isEmpty ? "localhost" : host):\(oneLine(PQport(connection)))/\(oneLine(PQdb(connection)))"
    }

    /// The statement's time was up; the server has cancelled it, or it was never sent.
    static let deadlinePassed = PostgresError(
        kind: .deadline, message: "a statement did not end in the time given and was cancelled; it has had no effect")
}
