private import Glibc
package import Hashing
package import Layers

/// Why a layer could not be packed. Paths are those of the image, as a store names them.
package enum PackingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A path with set-user-ID, set-group-ID or sticky bit.
    case specialBits(path: String)
    /// A file with capabilities (capabilities(7)).
    case capabilities(path: String)
    /// A file or directory with an extended attribute of its own (xattr(7)).
    case attribute(path: String, name: String)
    /// A socket, FIFO or device; `kind` says which.
    case specialFile(path: String, kind: String)
    /// A file whose size, time or kind was not the same before and after it was read.
    case changedWhileRead(path: String)
    /// A path that is longer than Linux opens.
    case pathTooLong(path: String)
    /// Entries that do not stand in the order of their archive names, or twice.
    case order(path: String)
    /// The operating system refused; `code` is its `errno`.
    case system(operation: String, path: String, code: Int32)
    case unsupportedFormat(PackingFormat)
    /// The compressor of this machine gives other bytes than those that the format stands for.
    case otherBytes(PackingFormat, expected: Digest, found: Digest)

    package var description: String {
        switch self {
        case .specialBits(let path):
            "\(path) has a set-user-ID, set-group-ID or sticky bit, which layers do not carry; the package has to do without"
        case .capabilities(let path): "\(path) has file capabilities, which layers do not carry; the package has to do without"
        case .attribute(let path, let name):
            "\(path) has the extended attribute \(name), which layers do not carry; Nix gives a path none: remove it"
        case .specialFile(let path, let kind): "\(path) is a \(kind); layers hold directories, files and symbolic links only"
        case .changedWhileRead(let path):
            "\(path) changed while it was packed; a store's paths never change: check it with nix-store --verify-path"
        case .pathTooLong(let path):
            "a path of more than \(PATH_MAX - 1) bytes, which Linux cannot open, cannot be in an image: \(path.prefix(200))..."
        case .order(let path): "the entry \(path) is out of order or there twice"
        case .system(let operation, let path, let code): "cannot \(operation) \(path): \(Self.text(of: code))"
        case .unsupportedFormat(let format):
            "layers of \(format.summary) cannot be packed by this program; it packs \(PackingFormat.known.map(\.summary).joined(separator: " and "))"
        case .otherBytes(let format, let expected, let found):
            "this machine packs a known layer of \(format.summary) to \(found) instead of \(expected): its layers are valid, but other "
                + "machines make other bytes of the same contents; install the library that this program was built with "
                + "(\(format.codec == .gzip ? "libisal" : "libzstd"))"
        }
    }

    private static func text(of code: Int32) -> String {
        guard let text = unsafe strerror(code) else { return "error \(code)" }
        return unsafe String(cString: text)
    }

    /// What no program could open by its name is not packed; it also bounds how deep directories are followed.
    ///
    /// - Parameters:
    ///   - count: bytes of the path with its leading slash.
    ///   - path: for the message.
    static func checkLength(_ count: Int, _ path: String) throws(PackingError) {
        guard count < Int(PATH_MAX) else { throw .pathTooLong(path: path) }
    }
}
