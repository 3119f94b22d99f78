private import CLibpq

/// Connection strings, read by libpq itself, so that they mean here what they mean to psql.
enum ConnectionString {
    /// A parameter that libpq knows, and the variable that can give it.
    struct Option {
        let keyword: String
        let environmentVariable: String?
    }

    /// - Parameter source: what to call the string in an error, which must not quote it: it may hold a password.
    static func parameters(of text: String, source: String) throws(PostgresError) -> [String: String] {
        var message: UnsafeMutablePointer<CChar>?
        let options = unsafe PQconninfoParse(text, &message)
        defer {
            unsafe PQconninfoFree(options)
            unsafe PQfreemem(message)
        }
        guard let options = unsafe options else {
            let reason = unsafe PostgresError.maskingQuotes(PostgresError.oneLine(message))
            throw PostgresError(
                kind: .usage,
                message: "\(source) is not a PostgreSQL connection string such as postgresql://user:password@host:5432/database: \(reason)")
        }
        var parameters: [String: String] = [:]
        unsafe forEach(options) { option in
            if let keyword = unsafe option.keyword, let value = unsafe option.val {
                unsafe parameters[String(cString: keyword)] = unsafe String(cString: value)
            }
        }
        // An '@' that stands unescaped in a password ends it, and its rest becomes part of the host, which error messages name.
        if let host = parameters["host"], !host.hasPrefix("/"), !host.hasPrefix("@"), host.contains("@") {
            throw PostgresError(kind: .usage, message: "\(source) has an '@' in its host: write an '@' that belongs to the password as %40")
        }
        return parameters
    }

    static func knownOptions() -> [Option] {
        let options = unsafe PQconndefaults()
        defer { unsafe PQconninfoFree(options) }
        guard let options = unsafe options else { return [] }
        var known: [Option] = []
        unsafe forEach(options) { option in
            if let keyword = unsafe option.keyword {
                let variable = unsafe option.envvar.map { unsafe String(cString: $0) }
                known.append(Option(keyword: unsafe String(cString: keyword), environmentVariable: variable))
            }
        }
        return known
    }

    /// libpq ends its array with an element that has no keyword.
    private static func forEach(_ options: UnsafeMutablePointer<PQconninfoOption>, _ body: (PQconninfoOption) -> Void) {
        var option = unsafe options
        while unsafe option.pointee.keyword != nil {
            unsafe body(option.pointee)
            unsafe option += 1
        }
    }
}
