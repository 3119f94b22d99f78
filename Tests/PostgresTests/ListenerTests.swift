import Postgres
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct ListenerTests {
    /// Runs a listener while `body` does.
    private func withListener(
        _ channels: [String], on database: PostgresConfiguration, _ body: (PostgresListener, PostgresPool) async throws -> Void
    ) async throws {
        let listener = try PostgresListener(database, channels: channels, logger: quiet)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await listener.run() }
            try await body(listener, try pool(on: database, size: 1))
            group.cancelAll()
        }
    }

    private func notify(_ pool: PostgresPool, _ channel: String, _ payload: String) async throws {
        try await pool.execute("SELECT pg_notify($1, $2)", [.text(channel), .text(payload)])
    }

    @Test func subscribersGetTheNotificationsOfTheirChannelsInOrder() async throws {
        let database = try await TemporaryPostgres.shared.database()
        try await withListener(["work", "odd \"name\""], on: database) { listener, pool in
            var first = listener.events().makeAsyncIterator()
            var second = listener.events().makeAsyncIterator()
            #expect(await first.next() == .reconnected)
            #expect(await second.next() == .reconnected)
            try await notify(pool, "work", "1")
            try await notify(pool, "other", "unheard")
            try await notify(pool, "odd \"name\"", "naïve")
            for expected in [
                PostgresEvent.notification(channel: "work", payload: "1"), .notification(channel: "odd \"name\"", payload: "naïve"),
            ] {
                #expect(await first.next() == expected)
                #expect(await second.next() == expected)
            }
            // Who comes later is told that it may begin, too.
            var third = listener.events().makeAsyncIterator()
            #expect(await third.next() == .reconnected)
        }
    }

    @Test func listensAgainAfterItsConnectionWasEnded() async throws {
        let database = try await TemporaryPostgres.shared.database()
        try await withListener(["work"], on: database) { listener, pool in
            var events = listener.events().makeAsyncIterator()
            #expect(await events.next() == .reconnected)
            let statement: SQLStatement = """
                SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
                WHERE datname = current_database() AND application_name = 'nixery-farm listen'
                """
            for round in ["1", "2", "3"] {
                #expect(try await pool.execute(statement) == 1)
                #expect(await events.next() == .reconnected)
                try await notify(pool, "work", round)
                #expect(await events.next() == .notification(channel: "work", payload: round))
            }
        }
    }

    @Test func waitsForAServerThatComesBack() async throws {
        let server = TemporaryPostgres()
        try await withListener(["work"], on: try await server.database()) { listener, pool in
            var events = listener.events().makeAsyncIterator()
            #expect(await events.next() == .reconnected)
            try await server.restart()
            #expect(await events.next() == .reconnected)
            try await notify(pool, "work", "back")
            #expect(await events.next() == .notification(channel: "work", payload: "back"))
        }
    }

    @Test func streamsEndWhenTheListenerStops() async throws {
        let listener = try PostgresListener(try await TemporaryPostgres.shared.database(), channels: ["work"], logger: quiet)
        let events = listener.events()
        let running = Task { try await listener.run() }
        var iterator = events.makeAsyncIterator()
        #expect(await iterator.next() == .reconnected)
        running.cancel()
        #expect(await iterator.next() == nil)
        try await running.value
        var late = listener.events().makeAsyncIterator()
        #expect(await late.next() == nil)
    }

    @Test func listenerThatCannotConnectStopsAtOnce() async throws {
        let nowhere = PostgresConfiguration(parameters: ["host": "/nonexistent", "dbname": "x", "user": "x"])
        let listener = try PostgresListener(nowhere, channels: ["work"], logger: quiet)
        let running = Task { try await listener.run() }
        running.cancel()
        try await running.value
    }
}
