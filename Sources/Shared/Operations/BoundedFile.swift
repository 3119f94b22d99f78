private import Glibc

/// Reads whole files that must not be larger than memory can bear.
package enum BoundedFile {
    /// - Parameters:
    ///   - path: a file, or `-` for standard input.
    ///   - limit: most bytes.
    /// - Throws: ``BoundedFileError``.
    package static func read(_ path: String, limit: Int) throws(BoundedFileError) -> [UInt8] {
        let name = path == "-" ? "standard input" : path
        let descriptor = path == "-" ? dup(STDIN_FILENO) : unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(name, errno) }
        defer { close(descriptor) }
        var contents: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .system(name, errno) }
            guard count > 0 else { return contents }
            guard contents.count + count <= limit else { throw .tooLarge(name, limit: limit) }
            contents += buffer.prefix(count)
        }
    }
}
