/// The statements that one connection has prepared.
final class PreparedStatements {
    private var names: [SQLStatement: String] = [:]
    private var count = 0

    func name(of statement: SQLStatement) -> String? { names[statement] }

    /// A name that the connection has not used.
    func newName() -> String {
        count += 1
        return "s\(count)"
    }

    func remember(_ statement: SQLStatement, as name: String) { names[statement] = name }

    func forget(_ statement: SQLStatement) { names[statement] = nil }
}
