private import CExtendedAttributes
internal import Glibc

/// An open file or directory of the store, closed with its last owner.
///
/// Everything is opened relative to its directory and without following symbolic links, so that nothing outside of the
/// path that is packed is ever read.
final class StoreFile {
    let descriptor: Int32
    /// For messages.
    let path: String

    /// - Throws: ``PackingError``.
    convenience init(directory name: [UInt8], in parent: StoreFile?, path: String) throws(PackingError) {
        try self.init(name, in: parent, path: path, flags: O_DIRECTORY)
    }

    /// Opens without waiting, should the name have become a FIFO.
    convenience init(file name: [UInt8], in parent: StoreFile?, path: String) throws(PackingError) {
        try self.init(name, in: parent, path: path, flags: O_NONBLOCK)
    }

    private init(_ name: [UInt8], in parent: StoreFile?, path: String, flags: Int32) throws(PackingError) {
        let start = parent?.descriptor ?? AT_FDCWD
        descriptor = try retrying("open", path) {
            unsafe withCString(name) { unsafe openat(start, $0, flags | O_RDONLY | O_NOFOLLOW | O_CLOEXEC) }
        }
        self.path = path
    }

    deinit { close(descriptor) }

    /// What the system says of the file itself.
    func status() throws(PackingError) -> stat {
        var status = stat()
        _ = try retrying("read the status of", path) { unsafe fstat(descriptor, &status) }
        return status
    }

    /// Reads up to the buffer's size; fewer bytes only at the end, where it is 0.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(PackingError) -> Int {
        try retrying("read", path) { unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count) }
    }

    /// Extended attributes of the file itself; a file system without such has none.
    func attributes() throws(PackingError) -> [String] {
        // Nearly always there are none.
        var count = flistxattr(descriptor, nil, 0)
        if count == 0 || (count < 0 && errno == ENOTSUP) { return [] }
        var names = [CChar](repeating: 0, count: max(count, 0))
        count = try retrying("read the attributes of", path) { unsafe flistxattr(descriptor, &names, names.count) }
        return names.prefix(count).split(separator: 0).map { String(decoding: $0.map { UInt8(bitPattern: $0) }, as: UTF8.self) }
    }
}

/// Calls again what a signal interrupted.
func retrying<Result: SignedInteger>(_ operation: String, _ path: String, _ call: () -> Result) throws(PackingError) -> Result {
    while true {
        let result = call()
        if result >= 0 { return result }
        if errno != EINTR { throw .system(operation: operation, path: path, code: errno) }
    }
}

/// A file name ended by NUL, as system calls take it. Names from a directory hold no NUL.
func withCString<Result>(_ name: [UInt8], _ body: (UnsafePointer<CChar>) -> Result) -> Result {
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: name.count + 1) { buffer in
        // Room for a NUL has a first element, so the empty string below never stands in for a name.
        guard let start = buffer.baseAddress else { return unsafe "".withCString(body) }
        unsafe UnsafeMutableRawBufferPointer(buffer).copyBytes(from: name)
        unsafe buffer[name.count] = 0
        return unsafe body(start)
    }
}
