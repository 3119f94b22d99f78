private import Glibc

/// What names this process among all of the farm.
package enum ProcessIdentity {
    /// The host's name.
    package static var host: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard unsafe gethostname(&buffer, buffer.count - 1) == 0 else { return "unknown" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    package static var process: Int { Int(getpid()) }

    /// `host:process:random`: another one at every call, since a process number comes again.
    package static func make() -> String { "\(host):\(process):\(String(UInt32.random(in: .min ... .max), radix: 36))" }
}
