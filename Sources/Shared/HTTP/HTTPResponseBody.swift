/// The body of an answer as it comes in. The connection is held up while nobody reads. For one reader.
package struct HTTPResponseBody: AsyncSequence, Sendable {
    package typealias Element = [UInt8]
    package typealias Failure = HTTPError

    let channel: TransferChannel

    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(channel: channel) }

    package struct AsyncIterator: AsyncIteratorProtocol {
        let channel: TransferChannel

        /// - Throws: ``HTTPError`` when the answer ends before it is whole.
        package func next() async throws(HTTPError) -> [UInt8]? { try await channel.next() }

        package func next(isolation actor: isolated (any Actor)?) async throws(HTTPError) -> [UInt8]? { try await channel.next() }
    }

    /// All that is left.
    /// - Throws: ``HTTPError``; `.tooLarge` above `limit` bytes.
    package func collect(limit: Int) async throws(HTTPError) -> [UInt8] {
        var bytes: [UInt8] = []
        while let piece = try await channel.next() {
            guard bytes.count + piece.count <= limit else {
                throw channel.error(.tooLarge, "the answer has more than \(limit) bytes")
            }
            if bytes.isEmpty { bytes = piece } else { bytes += piece }
        }
        return bytes
    }
}
