import Foundation
import Testing

/// A listening socket that nobody accepts from and whose queue is full; or one that gives every connection one text and closes it.
final class FullListener {
    let port: Int
    private var sockets: [Int32] = []

    init(answer: String? = nil) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = unsafe Self.with(&address) { unsafe bind(listener, $0, length) } == 0
        try #require(isBound && listen(listener, 0) == 0)
        let isNamed = unsafe Self.with(&address) { unsafe getsockname(listener, $0, &length) } == 0
        try #require(isNamed)
        port = Int(UInt16(bigEndian: address.sin_port))
        sockets = [listener]
        if let answer {
            Thread.detachNewThread {
                while case let connection = accept(listener, nil, nil), connection >= 0 {
                    var bytes = [UInt8](repeating: 0, count: 4096)
                    _ = unsafe recv(connection, &bytes, bytes.count, 0)
                    _ = unsafe send(connection, answer, answer.utf8.count, Int32(MSG_NOSIGNAL))
                    close(connection)
                }
            }
        } else {
            // Two fill a queue of length 0; more stay half open.
            for _ in 0..<4 {
                let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | O_NONBLOCK | Int32(SOCK_CLOEXEC.rawValue), 0)
                _ = unsafe Self.with(&address) { unsafe connect(client, $0, length) }
                sockets.append(client)
            }
        }
    }

    deinit {
        for socket in sockets {
            shutdown(socket, Int32(SHUT_RDWR))
            close(socket)
        }
    }

    private static func with(_ address: inout sockaddr_in, _ call: (UnsafeMutablePointer<sockaddr>) -> Int32) -> Int32 {
        unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe call($0) }
        }
    }
}
