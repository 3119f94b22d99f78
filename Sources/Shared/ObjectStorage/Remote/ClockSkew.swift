internal import HTTP

/// How far this machine's clock is from a server's, where that is far enough to make signatures and tokens void.
struct ClockSkew: CustomStringConvertible {
    /// Above zero: this machine is ahead.
    let seconds: Int64

    /// `nil` while the clocks agree within a minute, or the server does not say what its own shows.
    init?(_ response: HTTPResponse, now: Int64) {
        guard let theirs = response.headers["Date"].flatMap({ HTTPDate.seconds($0) }), abs(now - theirs) > 60 else { return nil }
        seconds = now - theirs
    }

    var description: String {
        "this machine's clock is \(abs(seconds)) seconds \(seconds > 0 ? "ahead of" : "behind") the server's: set it (NTP)"
    }
}
