import ArgumentParser
import Glibc
import PopularityData

/// Where the counts go.
struct Output: ParsableArguments {
    @Option(help: ArgumentHelp("Where to write the counts; - is standard output.", valueName: "file|-"))
    var output = "-"

    /// Writes a file under another name first, so that whoever reads the old one never sees half of the new one.
    /// - Throws: ``PopcountError``.
    func write(_ referrers: Referrers) throws {
        guard referrers.paths > 0 else { throw PopcountError("there are no store paths to count") }
        let bytes = try PinnedPopularity(counts: referrers.counts).bytes + [UInt8(ascii: "\n")]
        if output == "-" {
            try Self.write(bytes, to: STDOUT_FILENO, name: "standard output")
        } else {
            let temporary = "\(output).\(getpid()).part"
            let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
            guard descriptor >= 0 else { throw Self.error(temporary) }
            defer { unsafe unlink(temporary) }
            do {
                defer { close(descriptor) }
                try Self.write(bytes, to: descriptor, name: temporary)
            }
            guard unsafe rename(temporary, output) == 0 else { throw Self.error(output) }
        }
        Progress.write("\(referrers.paths) paths, \(referrers.counts.count) names\n")
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32, name: String) throws(PopcountError) {
        var done = 0
        while done < bytes.count {
            let count = unsafe bytes[done...].withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw error(name) }
            done += count
        }
    }

    private static func error(_ name: String) -> PopcountError {
        PopcountError("\(name) cannot be written: \(unsafe String(cString: strerror(errno)))")
    }
}
