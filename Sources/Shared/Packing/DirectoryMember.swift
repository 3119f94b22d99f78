internal import Glibc

/// A name in a directory and what stands behind it.
struct DirectoryMember {
    enum Kind: Hashable {
        case directory, file, symlink
        /// What it is, in words.
        case special(String)
    }

    let name: [UInt8]
    let kind: Kind

    /// The members of a directory in the order of their names in an archive, where a directory's name ends with a slash.
    ///
    /// - Throws: ``PackingError`` when the directory cannot be read.
    static func list(_ directory: StoreFile) throws(PackingError) -> [DirectoryMember] {
        // The stream owns and moves a descriptor of its own.
        let copy = try retrying("open", directory.path) { unsafe openat(directory.descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        guard let stream = unsafe fdopendir(copy) else {
            let code = errno
            close(copy)
            throw .system(operation: "list", path: directory.path, code: code)
        }
        defer { unsafe closedir(stream) }
        var members: [(key: [UInt8], member: DirectoryMember)] = []
        while true {
            errno = 0
            guard let entry = unsafe readdir(stream) else { break }
            let name = unsafe Self.name(of: entry)
            if name == [UInt8(ascii: ".")] || name == [UInt8(ascii: "."), UInt8(ascii: ".")] { continue }
            let kind = try unsafe kind(type: entry.pointee.d_type, name, in: directory)
            members.append((kind == .directory ? name + [UInt8(ascii: "/")] : name, DirectoryMember(name: name, kind: kind)))
        }
        guard errno == 0 else { throw .system(operation: "list", path: directory.path, code: errno) }
        return members.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.member)
    }

    /// What stands behind a name, without following it.
    static func kind(of name: [UInt8], in directory: StoreFile?, path: String) throws(PackingError) -> Kind {
        var status = stat()
        let start = directory?.descriptor ?? AT_FDCWD
        _ = try retrying("find", path) { unsafe withCString(name) { unsafe fstatat(start, $0, &status, AT_SYMLINK_NOFOLLOW) } }
        return switch status.st_mode & S_IFMT {
        case S_IFDIR: .directory
        case S_IFREG: .file
        case S_IFLNK: .symlink
        case S_IFSOCK: .special("socket")
        case S_IFIFO: .special("FIFO")
        case S_IFCHR, S_IFBLK: .special("device")
        default: .special("special file")
        }
    }

    /// Where a symbolic link leads to.
    static func target(of name: [UInt8], in directory: StoreFile?, path: String) throws(PackingError) -> [UInt8] {
        let start = directory?.descriptor ?? AT_FDCWD
        var target = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = try retrying("read the link", path) {
            unsafe withCString(name) { unsafe readlinkat(start, $0, &target, target.count) }
        }
        return target.prefix(count).map { UInt8(bitPattern: $0) }
    }

    private static func kind(type: UInt8, _ name: [UInt8], in directory: StoreFile) throws(PackingError) -> Kind {
        switch Int(type) {
        case Int(DT_DIR): .directory
        case Int(DT_REG): .file
        case Int(DT_LNK): .symlink
        // The rest, and file systems that do not tell.
        default: try kind(of: name, in: directory, path: directory.path + "/" + String(decoding: name, as: UTF8.self))
        }
    }

    /// The record of `readdir` is as long as its name, not as long as its type says: so it is read where it lies.
    private static func name(of entry: UnsafeMutablePointer<dirent>) -> [UInt8] {
        let offset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 0
        let start = unsafe UnsafeRawPointer(entry) + offset
        return unsafe Array(UnsafeRawBufferPointer(start: start, count: strlen(start.assumingMemoryBound(to: CChar.self))))
    }
}
