/// How a pool is made and how patient it is.
package struct PostgresPoolSettings: Sendable {
    /// Connections at most.
    package var size: Int
    /// How long a call waits for a connection.
    package var acquisitionTimeout: Duration
    /// How long a call may take, waiting included, unless it says otherwise.
    package var callTimeout: Duration
    var backoff = Backoff()

    package init(size: Int = 4, acquisitionTimeout: Duration = .seconds(10), callTimeout: Duration = .seconds(30)) {
        self.size = size
        self.acquisitionTimeout = acquisitionTimeout
        self.callTimeout = callTimeout
    }
}
