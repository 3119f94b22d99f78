/// One entry of a layer whose contents are in memory.
///
/// Names are bytes: a file name in a store need not be UTF-8.
package struct TarEntry: Hashable, Sendable {
    package enum Content: Hashable, Sendable {
        case directory
        case file([UInt8])
        case symlink(target: [UInt8])
    }

    /// Relative to the image's root, without a leading or trailing slash: `etc/passwd`.
    package let path: [UInt8]
    package let content: Content

    /// Permission bits.
    package let mode: UInt16

    package init(path: [UInt8], content: Content, mode: UInt16) {
        self.path = path
        self.content = content
        self.mode = mode
    }

    /// For reading by people: bytes that are not UTF-8 are replaced.
    package var pathText: String { String(decoding: path, as: UTF8.self) }

    /// The name as it stands in an archive: a directory's ends with a slash. Layers are sorted by these bytes.
    package var archiveName: [UInt8] { content == .directory ? path + [UInt8(ascii: "/")] : path }
}
