import Glibc
import Testing

/// A named pipe that the processes under test hold open: what they write is news of them, and its end is the end of the last of them.
final class Tether: Sendable {
    let path: String
    private let reader: Int32

    init(_ path: String) throws {
        self.path = path
        try #require(unsafe mkfifo(path, 0o666) == 0)
        // The umask took something away; builders are other users.
        try #require(unsafe chmod(path, 0o666) == 0)
        reader = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        try #require(reader >= 0)
    }

    deinit { close(reader) }

    /// Waits until something has been written.
    /// - Returns: all that is there, at least `count` bytes; what came by then when time ran out or all processes ended.
    func news(count: Int) async -> String {
        let reader = reader
        return await Waiting.value { Self.read(reader, count: count).text }
    }

    /// Waits until no process holds the pipe any more.
    /// - Parameter patience: milliseconds; zero: it must be so now.
    func isLetGo(patience: Int32 = Waiting.patience) async -> Bool {
        let reader = reader
        return await Waiting.value { Self.read(reader, count: .max, patience: patience).isEnded }
    }

    private static func read(_ reader: Int32, count: Int, patience: Int32 = Waiting.patience) -> (text: String, isEnded: Bool) {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 512)
        while bytes.count < count {
            var descriptor = pollfd(fd: reader, events: Int16(POLLIN), revents: 0)
            guard unsafe poll(&descriptor, 1, patience) > 0 else { return (String(decoding: bytes, as: UTF8.self), false) }
            let size = unsafe Glibc.read(reader, &buffer, buffer.count)
            if size == 0 { return (String(decoding: bytes, as: UTF8.self), true) }
            if size > 0 { bytes += buffer.prefix(size) }
        }
        return (String(decoding: bytes, as: UTF8.self), false)
    }
}
