private import Foundation
private import Synchronization

/// A small HTTP/1.1 server on a free port of 127.0.0.1, one thread a connection, that can be told to do wrong. It ends with its last user.
package final class StubServer: Sendable {
    package typealias Handler = @Sendable (StubRequest) -> StubAnswer
    package typealias Fault = @Sendable (StubRequest) -> StubFault?

    package let port: Int
    private let listener: Int32
    private let log = Log()

    final class Log: Sendable {
        private struct State {
            var requests: [StubRequest] = []
            var connections = 0
            var sent = 0
        }

        private let state = Mutex(State())

        func add(_ request: StubRequest) { state.withLock { $0.requests.append(request) } }
        func addConnection() { state.withLock { $0.connections += 1 } }
        func addSent(_ count: Int) { state.withLock { $0.sent += count } }
        var requests: [StubRequest] { state.withLock { $0.requests } }
        var connections: Int { state.withLock { $0.connections } }
        var sent: Int { state.withLock { $0.sent } }
    }

    /// - Parameters:
    ///   - fault: asked with each request's head, before its body is received.
    ///   - handler: makes the answer; called on the connection's thread.
    package init(fault: @escaping Fault = { _ in nil }, _ handler: @escaping Handler) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe bind(listener, pointer, length) == 0 && listen(listener, 64) == 0 && getsockname(listener, pointer, &length) == 0
            }
        }
        guard listener >= 0, status else { throw TestSupportError("cannot listen on 127.0.0.1: errno \(errno)") }
        self.listener = listener
        port = Int(UInt16(bigEndian: address.sin_port))
        let log = log
        Thread.detachNewThread {
            while true {
                let connection = accept(listener, nil, nil)
                if connection < 0, errno == EINTR || errno == ECONNABORTED { continue }
                guard connection >= 0 else { break }
                log.addConnection()
                Thread.detachNewThread { StubConnection(socket: connection, log: log).serve(fault: fault, handler) }
            }
            close(listener)
        }
    }

    deinit { shutdown(listener, Int32(SHUT_RDWR)) }

    package var url: String { "http://127.0.0.1:\(port)" }

    /// All requests so far, in the order in which they were received.
    package var requests: [StubRequest] { log.requests }
    package var connections: Int { log.connections }
    /// Bytes that the system took to send.
    package var sentBytes: Int { log.sent }
}
