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
        // The system watches, by itself, whether the other side takes what it is sent (tcp(7)); whether it asks for the next is another matter.
        let userTimeout = ChannelOptions.tcpOption(NIOBSDSocket.Option(rawValue: TCP_USER_TIMEOUT))
        try await channel.setOption(userTimeout, value: SocketOptionValue(patience / .milliseconds(1))).get()
        try await withTaskCancellationHandler {
            for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.piece) {
                try Task.checkCancellation()
                try await send(from: start, to: min(start + Self.piece, range.upperBound), over: channel)
            }
        } onCancel: {
            channel.close(promise: nil)
        }
    }

    private func send(from start: Int, to end: Int, over channel: any Channel) async throws {
        // Where there is nothing more to read, sending would be tried for ever.
        guard size >= end else { throw ChannelError.eof }
        // The disk works ahead, so that the event loop need not wait for it.
        posix_fadvise(descriptor, off_t(end), off_t(Self.piece), POSIX_FADV_WILLNEED)
        let region = FileRegion(fileHandle: handle, readerIndex: start, endIndex: end)
        try await channel.eventLoop.flatSubmit {
            let sent = channel.eventLoop.makePromise(of: Void.self)
            do {
                // Below Hummingbird's codec, which takes bytes in memory alone.
                let codec = try channel.pipeline.syncOperations.context(handlerType: HTTP1ToHTTPServerCodec.self)
                codec.writeAndFlush(NIOAny(HTTPServerResponsePart.body(.fileRegion(region))), promise: sent)
            } catch {
                sent.fail(error)
            }
            return sent.futureResult
        }.get()
    }

    private var size: Int {
        var status = stat()
        return unsafe fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
    }
}
