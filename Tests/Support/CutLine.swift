private import Foundation

/// A Unix socket before a PostgreSQL server, one thread a direction, that can be told to carry nothing, or to lose an answer.
package final class CutLine: Sendable {
    package enum Direction: Sendable { case requests, replies }

    /// The directory of the socket; `host` of a connection string.
    package let directory: String
    private let listener: Int32
    private let gate = Gate()

    /// What the threads of all connections look at.
    private final class Gate: @unchecked Sendable {
        private let condition = NSCondition()
        private var held: Set<Direction> = []
        private var losses = 0
        private var closesNewcomers = false

        func hold(_ directions: Set<Direction>) {
            condition.withLock {
                held = directions
                condition.broadcast()
            }
        }

        func lose(_ count: Int) { condition.withLock { losses += count } }

        var closes: Bool {
            get { condition.withLock { closesNewcomers } }
            set { condition.withLock { closesNewcomers = newValue } }
        }

        /// Waits while the direction is held. - Returns: whether the bytes are to be carried; if not, the connection breaks.
        func pass(_ direction: Direction) -> Bool {
            condition.withLock {
                while held.contains(direction) { condition.wait() }
                guard direction == .replies, losses > 0 else { return true }
                losses -= 1
                return false
            }
        }
    }

    /// - Parameter server: the directory of the server's socket.
    package init(to server: String) throws {
        let directory = "/tmp/farm-line-\(getpid())-\(UInt32.random(in: .min ... .max))"
        guard unsafe mkdir(directory, 0o755) == 0 else { throw TestSupportError("cannot make \(directory): errno \(errno)") }
        self.directory = directory
        let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard listener >= 0, unsafe Self.withAddress(directory, { unsafe bind(listener, $0, $1) }) == 0, listen(listener, 128) == 0 else {
            throw TestSupportError("cannot listen in \(directory): errno \(errno)")
        }
        self.listener = listener
        let gate = gate
        Thread.detachNewThread {
            while true {
                let client = accept(listener, nil, nil)
                if client < 0, errno == EINTR || errno == ECONNABORTED { continue }
                guard client >= 0 else { break }
                guard !gate.closes else {
                    close(client)
                    continue
                }
                let upstream = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
                guard unsafe Self.withAddress(server, { unsafe connect(upstream, $0, $1) }) == 0 else {
                    close(client)
                    close(upstream)
                    continue
                }
                let ends = Ends(client: client, upstream: upstream)
                Thread.detachNewThread { Self.carry(.requests, from: client, to: upstream, gate, ends) }
                Thread.detachNewThread { Self.carry(.replies, from: upstream, to: client, gate, ends) }
            }
            close(listener)
        }
    }

    deinit {
        gate.hold([])
        shutdown(listener, Int32(SHUT_RDWR))
        unsafe unlink(directory + "/.s.PGSQL.5432")
        unsafe rmdir(directory)
    }

    /// Carries nothing in these directions until the next call; what was sent meanwhile arrives then.
    package func hold(_ directions: Set<Direction>) { gate.hold(directions) }

    /// Breaks connections, each in the moment in which the server has answered and before the client knows: so many times.
    package func loseReplies(_ count: Int) { gate.lose(count) }

    /// Closes new connections as soon as they are made; those that there are go on.
    package func closeToNewcomers() { gate.closes = true }

    /// Closes both sockets when both threads have ended.
    private final class Ends: Sendable {
        private let client: Int32
        private let upstream: Int32

        init(client: Int32, upstream: Int32) {
            self.client = client
            self.upstream = upstream
        }

        func cut() {
            shutdown(client, Int32(SHUT_RDWR))
            shutdown(upstream, Int32(SHUT_RDWR))
        }

        deinit {
            close(client)
            close(upstream)
        }
    }

    private static func carry(_ direction: Direction, from: Int32, to: Int32, _ gate: Gate, _ ends: Ends) {
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = unsafe read(from, &buffer, buffer.count)
            guard count > 0, gate.pass(direction) else { break }
            var sent = 0
            while sent < count {
                let written = unsafe buffer.withUnsafeBytes { bytes in
                    unsafe send(to, bytes.baseAddress?.advanced(by: sent), count - sent, Int32(MSG_NOSIGNAL))
                }
                guard written > 0 else { return ends.cut() }
                sent += written
            }
        }
        ends.cut()
    }

    private static func withAddress(_ directory: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { path in
            unsafe path.copyBytes(from: Array((directory + "/.s.PGSQL.5432").utf8).prefix(path.count - 1))
        }
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe body(pointer, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
