import Glibc
import Testing

/// A pipe whose ends no child inherits by accident, and which closes itself.
final class Pipe: Sendable {
    let reader: Int32
    private let writer: Int32
    private let isWriterOpen = Flag(true)

    init() throws {
        var ends: [Int32] = [-1, -1]
        // Closed on exec from the start, unlike a pipe of pipe(2): a child started meanwhile would hold it open.
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        try #require(unsafe socketpair(AF_UNIX, kind, 0, &ends) == 0)
        (reader, writer) = (ends[0], ends[1])
    }

    deinit {
        closeWriter()
        close(reader)
    }

    var writeEnd: Int32 { writer }

    func closeWriter() {
        if isWriterOpen.exchange(false) { close(writer) }
    }

    /// Everything up to the end; close the own write end first.
    func text() async -> String {
        let reader = reader
        return await Waiting.value {
            var bytes: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 4_096)
            while true {
                let count = unsafe read(reader, &buffer, buffer.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
                bytes += buffer.prefix(count)
            }
        }
    }
}
