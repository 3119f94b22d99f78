/// How long a request may take.
package struct HTTPLimits: Hashable, Sendable {
    /// Until the connection stands, its name looked up and TLS agreed.
    package var connect: Duration
    /// Without a byte sent or received, once connected. Time in which this side holds the transfer up does not count.
    package var silence: Duration
    /// From the call to the last byte, waiting for a free connection included; `nil`: as long as bytes flow.
    package var overall: Duration?

    package init(connect: Duration = .seconds(10), silence: Duration = .seconds(60), overall: Duration? = nil) {
        self.connect = connect
        self.silence = silence
        self.overall = overall
    }
}
