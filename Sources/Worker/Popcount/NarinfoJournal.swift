import Glibc
import Hashing
import Layers
import Operations
import Synchronization

/// What has been read from a binary cache, kept on disk: one line a path, its name and those that it refers to. A store path's references
/// never change, so a line is good for ever and for every channel.
///
/// Each line is written by one call to the end of the file, so whatever ends the process loses nothing but the line that was being
/// written; half a line is left out, and ended, when the file is opened again.
final class NarinfoJournal: Sendable {
    let path: String
    private let descriptor: Int32
    private let known: Mutex<[StorePath: [StorePath]]>

    /// - Parameters:
    ///   - directory: made if it is not there.
    ///   - cache: the cache's address; each has a file of its own.
    /// - Throws: ``PopcountError`` when the file cannot be made or read.
    init(directory: String, cache: String) throws {
        path = "\(directory)/\(try SHA256.digest(of: Array(cache.utf8)).hex.prefix(16)).references"
        try Self.makeDirectory(directory)
        descriptor = unsafe open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw PopcountError("\(path) cannot be opened: \(unsafe String(cString: strerror(errno)))") }
        let contents = try BoundedFile.read(path, limit: 1 << 30)
        var known: [StorePath: [StorePath]] = [:]
        for line in contents.split(separator: UInt8(ascii: "\n")).dropLast(contents.last == UInt8(ascii: "\n") ? 0 : 1) {
            if let (path, references) = Self.parse(line) { known[path] = references }
        }
        self.known = Mutex(known)
        if let last = contents.last, last != UInt8(ascii: "\n") { try append([UInt8(ascii: "\n")]) }
    }

    deinit { close(descriptor) }

    func references(of path: StorePath) -> [StorePath]? { known.withLock { $0[path] } }

    /// - Throws: ``PopcountError`` when the line cannot be written.
    func record(_ narinfo: Narinfo) throws(PopcountError) {
        let line = ([narinfo.path] + narinfo.references).map(\.baseName).joined(separator: " ") + " .\n"
        try append(Array(line.utf8))
        known.withLock { $0[narinfo.path] = narinfo.references }
    }

    /// A line ends with a full stop, so that one that was cut short within the last name is known for what it is.
    private static func parse(_ line: ArraySlice<UInt8>) -> (StorePath, [StorePath])? {
        let words = String(decoding: line, as: UTF8.self).split(separator: " ")
        let paths = words.dropLast().compactMap { try? StorePath(StorePath.prefix + $0) }
        guard words.last == ".", paths.count == words.count - 1, let first = paths.first else { return nil }
        return (first, Array(paths.dropFirst()))
    }

    private func append(_ bytes: [UInt8]) throws(PopcountError) {
        let written = unsafe bytes.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
        guard written == bytes.count else {
            throw PopcountError("\(path) cannot be written: \(written < 0 ? unsafe String(cString: strerror(errno)) : "no space left")")
        }
    }

    private static func makeDirectory(_ directory: String) throws(PopcountError) {
        var path = directory.hasPrefix("/") ? "" : "."
        for part in directory.split(separator: "/") {
            path += "/" + part
            guard unsafe mkdir(path, 0o755) == 0 || errno == EEXIST else {
                throw PopcountError("\(path) cannot be made: \(unsafe String(cString: strerror(errno)))")
            }
        }
    }
}
