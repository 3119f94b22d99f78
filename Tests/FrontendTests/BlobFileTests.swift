import Foundation
import HTTPTypes
import Hashing
import Hummingbird
import HummingbirdTesting
import NIOCore
import ObjectStorage
import Testing

/// Blobs of a directory store, over real connections: their bytes go from the file to the socket.
@Suite(.timeLimit(.minutes(5))) struct BlobFileTests {
    struct Part: Sendable {
        let headers: HTTPFields
        var status = HTTPResponse.Status.partialContent
        let body: String
        let contentRange: String?
    }

    private static let digits = Array("0123456789".utf8)
    private static let etag = "\"\((try? SHA256.digest(of: digits))?.description ?? "")\""

    @Test(arguments: [
        Part(headers: [:], status: .ok, body: "0123456789", contentRange: nil),
        Part(headers: [.range: "bytes=2-4"], body: "234", contentRange: "bytes 2-4/10"),
        Part(headers: [.range: "bytes=7-"], body: "789", contentRange: "bytes 7-9/10"),
        Part(headers: [.range: "bytes=-4"], body: "6789", contentRange: "bytes 6-9/10"),
        Part(headers: [.range: "bytes=20-"], status: .rangeNotSatisfiable, body: "", contentRange: "bytes */10"),
        Part(headers: [.range: "bytes=2-4", .ifRange: etag], body: "234", contentRange: "bytes 2-4/10"),
        Part(headers: [.range: "bytes=2-4", .ifRange: "\"other\""], status: .ok, body: "0123456789", contentRange: nil),
        Part(headers: [.ifNoneMatch: etag], status: .notModified, body: "", contentRange: nil),
        Part(headers: [.ifNoneMatch: "\"other\""], status: .ok, body: "0123456789", contentRange: nil),
    ])
    func wholeAndInPart(part: Part) async throws {
        let farm = try await RegistryFixture()
        let digest = try SHA256.digest(of: Self.digits)
        try await farm.store.put(Self.digits, as: digest)
        try await farm.application.test(.live) { client in
            let answer = try await client.execute(uri: "/v2/hello/blobs/\(digest)", method: .get, headers: part.headers) { $0 }
            #expect(answer.status == part.status)
            #expect(String(buffer: answer.body) == part.body)
            #expect(answer.headers[.contentRange] == part.contentRange)
            #expect(answer.headers[.eTag] == Self.etag)
            guard part.status != .notModified else { return }
            // Parts are of GET alone.
            let head = try await client.execute(uri: "/v2/hello/blobs/\(digest)", method: .head, headers: part.headers) { $0 }
            #expect(head.status == .ok)
            #expect(head.headers[.contentLength] == "10")
            #expect(head.body.readableBytes == 0)
        }
    }

    @Test func anEmptyBlob() async throws {
        let farm = try await RegistryFixture()
        let digest = try SHA256.digest(of: [])
        try await farm.store.put([], as: digest)
        try await farm.application.test(.live) { client in
            let answer = try await client.execute(uri: "/v2/hello/blobs/\(digest)", method: .get) { $0 }
            #expect(answer.status == .ok && answer.body.readableBytes == 0 && answer.headers[.contentLength] == "0")
        }
    }

    /// Larger than what is sent at once, and several requests over one connection.
    @Test(arguments: [nil, "bytes=2097151-2097152", "bytes=1000000-4999999", "bytes=-1"])
    func ofManyPieces(range: String?) async throws {
        let farm = try await RegistryFixture()
        let bytes = (0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 &* 0x9E37_79B1 >> 13) }
        let digest = try SHA256.digest(of: bytes)
        try await farm.store.put(bytes, as: digest)
        var headers = HTTPFields()
        headers[.range] = range
        let part: Range<Int> =
            switch range {
            case nil: 0..<5_000_000
            case "bytes=-1": 4_999_999..<5_000_000
            case "bytes=1000000-4999999": 1_000_000..<5_000_000
            default: 2_097_151..<2_097_153
            }
        try await farm.application.test(.live) { [headers] client in
            for _ in 0..<2 {
                let answer = try await client.execute(uri: "/v2/hello/blobs/\(digest)", method: .get, headers: headers) { $0 }
                #expect(Array(answer.body.readableBytesView) == Array(bytes[part]))
            }
        }
    }

    /// What is written into the file after the client began is what the client gets: it was not read before there was room for it.
    @Test func nothingIsReadBeforeTheClientTakesIt() async throws {
        let blob = try await LargeBlob()
        try await blob.ask { connection in
            try await connection.read(1000)
            try blob.write("x", at: LargeBlob.size - 1)
            #expect(try await connection.lastByte() == UInt8(ascii: "x"))
        }
        try await blob.untilClosed()
    }

    @Test func aClientThatGoesAway() async throws {
        let blob = try await LargeBlob()
        try await blob.ask { connection in try await connection.read(1000) }
        try await blob.untilClosed()
    }

    @Test func aClientThatTakesNothingMore() async throws {
        let blob = try await LargeBlob(patience: .milliseconds(200))
        try await blob.ask { connection in
            try await connection.read(1000)
            try await blob.untilClosed()
        }
    }

    @Test func aFileThatIsCutShort() async throws {
        let blob = try await LargeBlob(patience: .milliseconds(200))
        try await blob.ask { connection in
            try await connection.read(1000)
            try blob.cut()
            _ = try await connection.lastByte()
            #expect(connection.count < LargeBlob.size)
            try await blob.untilClosed()
        }
    }
}

/// A blob far larger than what the system keeps for a connection, in a frontend.
private struct LargeBlob {
    static let size = 256 << 20
    let farm: RegistryFixture
    let digest: Digest
    let path: String

    init(patience: Duration = .seconds(60)) async throws {
        farm = try await RegistryFixture(patience: patience)
        digest = try SHA256.digest(of: [1, 2, 3])
        path = "\(farm.store.root)/layers/\(digest.hex)"
        #expect(FileManager.default.createFile(atPath: path, contents: nil))
        try change { try $0.truncate(atOffset: UInt64(Self.size)) }
    }

    func write(_ text: String, at offset: Int) throws {
        try change {
            try $0.seek(toOffset: UInt64(offset))
            try $0.write(contentsOf: Data(text.utf8))
        }
    }

    func cut() throws { try change { try $0.truncate(atOffset: 1000) } }

    private func change(_ body: (FileHandle) throws -> Void) throws {
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        try body(file)
        try file.close()
    }

    /// Asks for it over a connection that ends with `body`.
    func ask(_ body: @escaping @Sendable (Connection) async throws -> Void) async throws {
        try await farm.application.test(.live) { client in
            let connection = Connection(socket: try await FrontendProcess.connect(port: try #require(client.port)))
            try connection.send("GET /v2/hello/blobs/\(digest) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            try await body(connection)
            connection.close()
            try await untilClosed()
        }
    }

    /// Waits until the frontend has the file open no more.
    func untilClosed() async throws {
        func isOpen() throws -> Bool {
            try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").contains {
                (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")) == path
            }
        }
        while try isOpen() {
            try Task.checkCancellation()
            await Task.yield()
        }
    }

    /// A client that reads when it is told to.
    final class Connection: @unchecked Sendable {
        private let socket: Int32
        private var last: UInt8 = 0
        /// Bytes that it has read.
        private(set) var count = 0

        init(socket: Int32) { self.socket = socket }

        func close() { Foundation.close(socket) }

        func send(_ text: String) throws {
            try #require(unsafe Foundation.send(socket, text, text.utf8.count, Int32(MSG_NOSIGNAL)) == text.utf8.count)
        }

        /// Reads at least so many bytes, or all up to the end.
        func read(_ least: Int) async throws {
            var buffer = [UInt8](repeating: 0, count: min(least, 1 << 20))
            var rest = least
            while rest > 0 {
                try Task.checkCancellation()
                let read = unsafe recv(socket, &buffer, buffer.count, Int32(MSG_DONTWAIT))
                if read < 0, errno == EAGAIN {
                    await Task.yield()
                    continue
                }
                guard read > 0 else { return }
                last = buffer[read - 1]
                count += read
                rest -= read
            }
        }

        /// The last byte of all, once the other side has sent it.
        func lastByte() async throws -> UInt8 {
            try await read(.max)
            return last
        }
    }
}
