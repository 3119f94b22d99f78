extension PostgresConnection {
    /// Runs `body` inside a transaction: committed when it returns, rolled back when it throws.
    /// - Throws: what `body` throws; ``PostgresError`` when the transaction does not commit.
    func transaction<Value>(_ limits: StatementLimits, _ body: (borrowing PostgresTransaction) throws -> Value) throws -> Value {
        _ = try handle.script("BEGIN", limits)
        let value: Value
        do {
            value = try body(PostgresTransaction(handle, limits))
            if limits.interrupt != nil { try Task.checkCancellation() }
            // COMMIT would answer ROLLBACK without an error.
            if handle.isInFailedTransaction {
                throw PostgresError(kind: .usage, message: "a statement of the transaction failed and its error was not passed on")
            }
        } catch {
            // Where this fails the connection is broken or still inside the transaction, and is not used again.
            if handle.isOpen { _ = try? handle.script("ROLLBACK", limits.shielded) }
            throw error
        }
        _ = try handle.script("COMMIT", limits.shielded)
        return value
    }
}
