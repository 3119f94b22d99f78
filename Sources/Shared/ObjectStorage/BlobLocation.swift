/// How a client gets at a blob.
package enum BlobLocation: Hashable, Sendable {
    /// A file of `size` bytes on this machine.
    case file(path: String, size: Int64)
    /// An address that serves the blob by itself. It is to be handed out no longer than `lifetime`, and `nil` means for ever.
    case redirect(url: String, lifetime: Duration?)
}

/// What a client wants of a blob; a signed address is good for one of them.
package enum BlobMethod: String, Hashable, Sendable, CaseIterable {
    case get = "GET"
    case head = "HEAD"
}
