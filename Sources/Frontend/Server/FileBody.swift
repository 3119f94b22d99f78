import Glibc
import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1
import ObjectStorage

/// An open file whose bytes are sent by sendfile(2), over plain HTTP/1: they never enter this process, and none is read before the client has
/// room for it.
final class FileBody: Sendable {
    /// What one connection sends before the others of its event loop have their turn; nginx's `sendfile_max_chunk`, too.
    private static let piece = 2 << 20
    private let descriptor: Int32
    private let handle: NIOFileHandle

    /// - Returns: `nil` if there is no such file.
    /// - Throws: ``StorageError`` if it cannot be opened.
    init?(path: String) throws(StorageError) {
        descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            guard errno == ENOENT else { throw .lastSystemError(path, action: "open") }
            return nil
        }
        handle = NIOFileHandle(_deprecatedTakingOwnershipOfDescriptor: descriptor)
    }

    deinit { try? handle.close() }

    /// Sends a part of the file after all that was written to the connection before.
    /// - Parameter patience: a client that takes nothing for so long has gone, and its connection is closed.
    /// - Throws: if the connection is closed first, by whichever side, or the file is shorter.
    func send(_ range: Range<Int>, over channel: any Channel, patience: Duration) async throws {
        // The system itself watches whether the other side takes what it is sent (tcp(7)).
        let userTimeout = ChannelOptions.tcpOption(NIOBSDSocket.Option(rawValue: TCP_USER_TIMEOUT))
        try await channel.setOption(userTimeout, value: SocketOptionValue(patience / .milliseconds(1))).get()
        try await withTaskCancellationHandler {
            let sent = channel.eventLoop.makePromise(of: Void.self)
            channel.eventLoop.execute { self.sendPiece(of: range, over: channel, sent) }
            // Of a file that was cut short there is nothing more to send, which would be tried for ever.
            let watch = channel.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: TimeAmount(patience)) { _ in
                if self.size < range.upperBound { channel.close(promise: nil) }
            }
            defer { watch.cancel() }
            try await sent.futureResult.get()
        } onCancel: {
            channel.close(promise: nil)
        }
    }

    /// Sends a piece and, when others have had their turn, the next. All on the event loop: a task would have to be woken for each.
    private func sendPiece(of range: Range<Int>, over channel: any Channel, _ sent: EventLoopPromise<Void>) {
        let end = min(range.lowerBound + Self.piece, range.upperBound)
        guard !range.isEmpty else { return sent.succeed() }
        // The disk works ahead, so that the event loop need not wait for it.
        posix_fadvise(descriptor, off_t(end), off_t(Self.piece), POSIX_FADV_WILLNEED)
        let region = FileRegion(fileHandle: handle, readerIndex: range.lowerBound, endIndex: end)
        let isSent = channel.eventLoop.makePromise(of: Void.self)
        isSent.futureResult.whenComplete { result in
            switch result {
            case .success: channel.eventLoop.execute { self.sendPiece(of: end..<range.upperBound, over: channel, sent) }
            case .failure(let error): sent.fail(error)
            }
        }
        do {
            // Below Hummingbird's codec, which takes bytes in memory alone.
            let codec = try channel.pipeline.syncOperations.context(handlerType: HTTP1ToHTTPServerCodec.self)
            codec.writeAndFlush(NIOAny(HTTPServerResponsePart.body(.fileRegion(region))), promise: isSent)
        } catch {
            isSent.fail(error)
        }
    }

    private var size: Int {
        var status = stat()
        return unsafe fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
    }
}
