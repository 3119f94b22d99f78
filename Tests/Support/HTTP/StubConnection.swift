private import Foundation

/// One connection of a ``StubServer``.
final class StubConnection {
    private let socket: Int32
    private let log: StubServer.Log
    private var buffer: [UInt8] = []

    init(socket: Int32, log: StubServer.Log) {
        self.socket = socket
        self.log = log
    }

    deinit { close(socket) }

    func serve(fault: StubServer.Fault, _ handler: StubServer.Handler) {
        while var request = readHead() {
            let length = request["Content-Length"].flatMap { Int($0) } ?? 0
            let fault = fault(request)
            switch fault {
            case .reset(let count)?:
                request.body = read(min(count, length)) ?? []
                request.isCut = true
                log.add(request)
                _ = handler(request)
                return reset()
            case .stall(let count)?:
                request.body = read(min(count, length)) ?? []
                request.isCut = true
                log.add(request)
                _ = handler(request)
                return waitForClient()
            default: break
            }
            guard let body = read(length) else { return }
            request.body = body
            log.add(request)
            let isHead = request.method == "HEAD"
            switch fault {
            case .answer(let answer)?:
                guard write(Self.bytes(answer, isHead: isHead)) else { return }
            case .loseAnswer?:
                _ = handler(request)
                return reset()
            case .stallAnswer?:
                _ = handler(request)
                return waitForClient()
            case .cutAnswer(let count)?:
                _ = write(Array(Self.bytes(handler(request), isHead: isHead).prefix(count)))
                return reset()
            default:
                guard write(Self.bytes(handler(request), isHead: isHead)) else { return }
            }
        }
    }

    private static func bytes(_ answer: StubAnswer, isHead: Bool) -> [UInt8] {
        var text = "HTTP/1.1 \(answer.status) \(answer.status < 400 ? "Fine" : "Wrong")\r\n"
        for header in answer.headers { text += "\(header.name): \(header.value)\r\n" }
        if !answer.headers.contains(where: { $0.name.lowercased() == "content-length" }), answer.status >= 200, answer.status != 204 {
            text += "Content-Length: \(answer.body.count)\r\n"
        }
        return Array((text + "\r\n").utf8) + (isHead ? [] : answer.body)
    }

    private func readHead() -> StubRequest? {
        let end: [UInt8] = Array("\r\n\r\n".utf8)
        while true {
            if let index = Self.index(of: end, in: buffer) {
                let lines = String(decoding: buffer[..<index], as: UTF8.self).components(separatedBy: "\r\n")
                buffer.removeFirst(index + end.count)
                let words = lines[0].split(separator: " ")
                guard words.count == 3 else { return nil }
                let headers = lines.dropFirst().compactMap { line -> (name: String, value: String)? in
                    guard let colon = line.firstIndex(of: ":") else { return nil }
                    return (String(line[..<colon]), line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces))
                }
                return StubRequest(method: String(words[0]), target: String(words[1]), headers: headers)
            }
            guard fill() else { return nil }
        }
    }

    private static func index(of needle: [UInt8], in bytes: [UInt8]) -> Int? {
        guard bytes.count >= needle.count else { return nil }
        return (0...bytes.count - needle.count).first { bytes[$0] == needle[0] && bytes[$0..<$0 + needle.count].elementsEqual(needle) }
    }

    private func read(_ count: Int) -> [UInt8]? {
        while buffer.count < count { guard fill() else { return nil } }
        defer { buffer.removeFirst(count) }
        return Array(buffer.prefix(count))
    }

    private func fill() -> Bool {
        var bytes = [UInt8](repeating: 0, count: 64 * 1024)
        let count = unsafe recv(socket, &bytes, bytes.count, 0)
        guard count > 0 else { return count < 0 && errno == EINTR }
        buffer += bytes.prefix(count)
        return true
    }

    private func write(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.prefix(64 * 1024).withUnsafeBytes {
                unsafe send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
            log.addSent(count)
        }
        return true
    }

    /// Closing it then sends RST.
    private func reset() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        unsafe setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
    }

    /// Receives nothing more that counts until the other side has gone. What is in the way is left in the system's buffers.
    private func waitForClient() {
        // POLLRDHUP, a macro that Swift does not import.
        var poller = pollfd(fd: socket, events: 0x2000, revents: 0)
        while unsafe poll(&poller, 1, -1) < 0, errno == EINTR {}
    }
}
