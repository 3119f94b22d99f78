private import Glibc
package import Logging
private import Registry

/// Writes each event as one line of JSON to standard error: `time`, `severity`, `message`, `label`, then the metadata by their names.
package struct JSONLogHandler: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var logLevel: Logger.Level
    private let label: String

    package init(label: String, level: Logger.Level) {
        self.label = label
        logLevel = level
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var members = [
            JSON.Member(name: "time", value: .string(Self.now())),
            JSON.Member(name: "severity", value: .string(event.level.rawValue.uppercased())),
            JSON.Member(name: "message", value: .string(event.message.description)),
            JSON.Member(name: "label", value: .string(label)),
        ]
        let all = event.metadata.map { metadata.merging($0) { $1 } } ?? metadata
        for (name, value) in all.sorted(by: { $0.key < $1.key }) {
            members.append(JSON.Member(name: name, value: .string(value.description)))
        }
        let line = JSON.object(members).bytes + [UInt8(ascii: "\n")]
        // One write for one line: lines of several threads do not run together.
        _ = unsafe line.withUnsafeBytes { unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    /// RFC 3339 in UTC with milliseconds.
    private static func now() -> String {
        var clock = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &clock)
        var parts = unsafe tm()
        unsafe gmtime_r(&clock.tv_sec, &parts)
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let milliseconds = String(1000 + clock.tv_nsec / 1_000_000).dropFirst()
        return unsafe "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
            + "T\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)).\(milliseconds)Z"
    }
}
