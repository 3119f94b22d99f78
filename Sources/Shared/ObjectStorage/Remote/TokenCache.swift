/// Keeps a token until shortly before its end. However many ask at once, it is fetched once.
package actor TokenCache: TokenSource {
    package struct Token: Sendable {
        let text: String
        let lifetime: Duration
        package init(text: String, lifetime: Duration) {
            self.text = text
            self.lifetime = lifetime
        }
    }

    /// How long before its end a token is replaced; the metadata server has a new one four minutes before it.
    package static let margin = Duration.seconds(225)

    private let clock: StorageClock
    private let fetch: @Sendable () async throws -> Token
    private var current: (text: String, end: ContinuousClock.Instant)?
    private var fetching: Task<Token, any Error>?

    package init(clock: StorageClock, fetch: @escaping @Sendable () async throws -> Token) {
        self.clock = clock
        self.fetch = fetch
    }

    package func token() async throws -> String {
        if let current, clock.instant() < current.end - Self.margin { return current.text }
        let task = fetching ?? Task { try await fetch() }
        fetching = task
        let begin = clock.instant()
        do {
            let token = try await task.value
            if fetching == task {
                fetching = nil
                current = (token.text, begin + token.lifetime)
            }
            return token.text
        } catch {
            if fetching == task { fetching = nil }
            // The one there is may be good to its end.
            if let current, clock.instant() < current.end { return current.text }
            throw error
        }
    }

    package func discard(_ token: String) {
        if current?.text == token { current = nil }
    }
}
