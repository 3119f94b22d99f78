/// What a request sends after its head. The length is always known, so that it is never sent in chunks, which object stores refuse.
package enum HTTPBody: Sendable {
    case none
    case bytes([UInt8])
    /// Part of a file, read as the connection takes it.
    case file(OpenFile, offset: Int64, length: Int64)
    /// `length` bytes in pieces of any size; `next` is asked when the connection has taken the piece before, and gives `nil` at the end.
    case stream(length: Int64, next: @Sendable () async throws -> [UInt8]?)

    /// In bytes.
    package var length: Int64 {
        switch self {
        case .none: 0
        case .bytes(let bytes): Int64(bytes.count)
        case .file(_, _, let length), .stream(let length, _): length
        }
    }
}
