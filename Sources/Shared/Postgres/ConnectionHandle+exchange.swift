internal import CLibpq
private import Glibc

/// One request to the server and its answer, within limits.
///
/// libpq is used in its asynchronous form: it makes the same system calls as `PQexec`, but leaves the waiting to us, so that the thread that
/// waits for the answer also sees the deadline and the caller's cancellation.
extension ConnectionHandle {
    /// - Returns: the last result, which may be an error of the server.
    /// - Throws: `CancellationError` when the caller's task is cancelled, ``PostgresError`` when the time is up or the connection breaks.
    func exchange(_ limits: StatementLimits, _ send: () -> Int32) throws -> PostgresResult {
        try checkBeforeSending(limits)
        // What libpq could not send, the server cannot have carried out.
        guard send() == 1 else { throw unsafe PostgresError.connectionLost(connection, isOutcomeUnknown: false) }
        var watch = StatementWatch(limits, request)
        let result: PostgresResult
        do {
            try flush(&watch)
            result = try lastResult(&watch)
        } catch {
            shutDown()
            throw error
        }
        if !watch.settle() { shutDown() }
        switch (watch.cause, result.sqlState) {
        case (.cancellation, "57014"): throw CancellationError()
        case (.deadline, "57014"): throw PostgresError.deadlinePassed
        default: break
        }
        // The server's farewell (FATAL) came, and the connection is gone: the statement may have been cut at any point.
        if !isOpen, result.isError {
            let farewell = unsafe PostgresError(result: result.pointer)
            throw PostgresError(
                kind: .connection, sqlState: farewell.sqlState, severity: farewell.severity,
                message: "the connection to PostgreSQL broke before the answer came: \(farewell.message)", isOutcomeUnknown: true)
        }
        return result
    }

    /// Makes sure that the connection is not used again: whatever still comes on it belongs to nobody.
    private func shutDown() {
        shutdown(socket, Int32(SHUT_RDWR))
        // libpq learns of it by reading the end.
        _ = unsafe PQconsumeInput(connection)
    }

    private func checkBeforeSending(_ limits: StatementLimits) throws {
        if limits.interrupt != nil { try Task.checkCancellation() }
        if let deadline = limits.deadline, ContinuousClock.now >= deadline { throw PostgresError.deadlinePassed }
    }

    /// Sends what libpq has queued. The server may be sending at the same time, and must be read lest both wait for each other.
    private func flush(_ watch: inout StatementWatch) throws {
        while true {
            switch unsafe PQflush(connection) {
            case 0: return
            case 1:
                try watch.wait(on: socket, for: SocketWait.readable | SocketWait.writable)
                try consume()
            default: throw unsafe PostgresError.connectionLost(connection)
            }
        }
    }

    private func lastResult(_ watch: inout StatementWatch) throws -> PostgresResult {
        var last: PostgresResult?
        var firstError: PostgresResult?
        while true {
            while unsafe PQisBusy(connection) == 1 {
                try watch.wait(on: socket, for: SocketWait.readable)
                try consume()
            }
            guard let pointer = unsafe PQgetResult(connection) else { break }
            let result = unsafe PostgresResult(pointer)
            if result.isCopy {
                throw PostgresError(kind: .usage, message: "COPY from or to the client is not supported: use INSERT, or COPY in psql")
            }
            // The server stops at the first error. When that was its farewell, libpq adds one of its own: that the connection is gone.
            if firstError == nil, result.isError { firstError = consume result } else { last = consume result }
        }
        if let error = firstError.take() { return error }
        guard let result = last.take() else { throw unsafe PostgresError.connectionLost(connection) }
        return result
    }

    /// A broken connection shows as an error result or as none at all, so a failure here is not one yet.
    private func consume() throws {
        if unsafe PQconsumeInput(connection) == 0, unsafe PQisBusy(connection) == 1 {
            throw unsafe PostgresError.connectionLost(connection)
        }
    }
}
