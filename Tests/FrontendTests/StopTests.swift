import Glibc
import Logging
import Postgres
import TestSupport
import Testing

/// The program `nixery-frontend`, told to end.
@Suite(.timeLimit(.minutes(5))) struct StopTests {
    /// Whoever waits is not kept until the hop is over: here that would be an hour.
    @Test func handsItsClientsOn() async throws {
        let farm = try await FrontendProcess.database()
        let pool = try PostgresPool(farm.configuration, size: 1, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let answer = try await farm.serve(["NIXERY_HOP_SECONDS": "3600"]) { port in
            let connection = try await FrontendProcess.ask(port: port)
            defer { close(connection) }
            let process = try await Self.processWithAWaiter(pool)
            kill(process, SIGTERM)
            return try await Self.answer(connection)
        }
        #expect(answer.hasPrefix("HTTP/1.1 307 "))
        #expect(answer.contains("/v2/hello/manifests/latest?hop=1&job=1"))
    }

    private static func processWithAWaiter(_ pool: PostgresPool) async throws -> pid_t {
        while true {
            let process = try await pool.first("SELECT process::text AS p FROM farm.frontends JOIN farm.waiters ON frontend = id") { row in
                try row.text("p")
            }
            if let process = process.flatMap({ pid_t($0) }) { return process }
            try await nextTurn()
        }
    }

    /// What has come by the end of the connection.
    private static func answer(_ connection: Int32) async throws -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = unsafe recv(connection, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            if count > 0 { bytes += buffer.prefix(count) } else { try await nextTurn() }
        }
    }
}
