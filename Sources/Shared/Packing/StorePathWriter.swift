private import Glibc
internal import Layers

/// Writes store paths into a layer, by rules that leave nothing of the host in it: order, modes and times come from here, only
/// names, contents, link targets and the executable bit from the store.
///
/// | in the store | in the layer |
/// |---|---|
/// | directory | mode 0555, empty ones too, before its contents |
/// | file | mode 0555 if its owner may execute it, else 0444; hard links and sparse files as plain files |
/// | symbolic link | mode 0777, its target unchanged |
/// | set-user-ID, set-group-ID, sticky bit; capabilities, access lists, `user.*` attributes; sockets, FIFOs, devices; names `.wh.*` | error that names the path |
///
/// Other extended attributes are the host's (`security.selinux`, `trusted.overlay.*`) and say nothing about the package: they are left
/// out. A file whose name comes to stand for another one while it is read, as when the store is optimised, is what it was when opened.
struct StorePathWriter {
    private struct Frame {
        let directory: StoreFile
        /// In the image, without a leading slash.
        let path: [UInt8]
        let members: [DirectoryMember]
        var next = 0
    }

    private let stream: LayerStream
    private let isCancelled: () -> Bool

    init(stream: LayerStream, isCancelled: @escaping () -> Bool) {
        self.stream = stream
        self.isCancelled = isCancelled
    }

    /// A store path may itself be a file or a symbolic link: then it is one entry.
    func write(_ path: StorePath, storeRoot: String) throws {
        let root = Array((storeRoot + path.string).utf8)
        let kind = try DirectoryMember.kind(of: root, in: nil, path: path.string)
        var frames: [Frame] = []
        try write(DirectoryMember(name: root, kind: kind), in: nil, path: Array(path.string.utf8.dropFirst()), &frames)
        // Not by recursion: a directory tree can be deeper than a stack.
        while let frame = frames.last {
            guard frame.next < frame.members.count else {
                frames.removeLast()
                continue
            }
            frames[frames.count - 1].next += 1
            let member = frame.members[frame.next]
            var path: [UInt8] = []
            path.reserveCapacity(frame.path.count + 1 + member.name.count)
            path += frame.path
            path.append(UInt8(ascii: "/"))
            path += member.name
            try write(member, in: frame.directory, path: path, &frames)
        }
    }

    /// Writes one entry; the members of a directory are left to the caller, as a new frame.
    private func write(_ member: DirectoryMember, in parent: StoreFile?, path: [UInt8], _ frames: inout [Frame]) throws {
        if isCancelled() { throw CancellationError() }
        let text = "/" + String(decoding: path, as: UTF8.self)
        try PackingError.checkLength(path.count + 1, text)
        switch member.kind {
        case .directory:
            let directory = try StoreFile(directory: member.name, in: parent, path: text)
            try refuseSpecialBits(try directory.status(), text)
            try refuseAttributes(of: directory)
            try stream.write(TarHeader(path: path, kind: .directory, mode: 0o555).bytes)
            frames.append(Frame(directory: directory, path: path, members: try DirectoryMember.list(directory)))
        case .file:
            try write(StoreFile(file: member.name, in: parent, path: text), path: path)
        case .symlink:
            let target = try DirectoryMember.target(of: member.name, in: parent, path: text)
            try stream.write(TarHeader(path: path, kind: .symlink(target: target), mode: 0o777).bytes)
        case .special(let kind):
            throw PackingError.specialFile(path: text, kind: kind)
        }
    }

    private func write(_ file: StoreFile, path: [UInt8]) throws {
        let before = try file.status()
        guard before.st_mode & S_IFMT == S_IFREG else { throw PackingError.changedWhileRead(path: file.path) }
        try refuseSpecialBits(before, file.path)
        try refuseAttributes(of: file)
        let isExecutable = before.st_mode & S_IXUSR != 0
        let size = Int64(before.st_size)
        try stream.write(TarHeader(path: path, kind: .file(size: size), mode: isExecutable ? 0o555 : 0o444).bytes)
        try copy(file, size: size)
        try stream.pad(after: size)
        // Not the change time: the store may give the file another hard link at any moment.
        let after = try file.status()
        guard after.st_size == before.st_size, after.st_mtim.tv_sec == before.st_mtim.tv_sec,
            after.st_mtim.tv_nsec == before.st_mtim.tv_nsec
        else { throw PackingError.changedWhileRead(path: file.path) }
    }

    private func copy(_ file: StoreFile, size: Int64) throws {
        var left = size
        while left > 0 {
            if isCancelled() { throw CancellationError() }
            let count = try stream.read(from: file, limit: left)
            guard count > 0 else { throw PackingError.changedWhileRead(path: file.path) }
            left -= Int64(count)
        }
    }

    private func refuseAttributes(of file: StoreFile) throws {
        for name in try file.attributes() {
            if name == "security.capability" { throw PackingError.capabilities(path: file.path) }
            if name.hasPrefix("user.") || name.hasPrefix("system.posix_acl_") {
                throw PackingError.attribute(path: file.path, name: name)
            }
        }
    }

    private func refuseSpecialBits(_ status: stat, _ path: String) throws {
        if status.st_mode & (S_ISUID | S_ISGID | S_ISVTX) != 0 { throw PackingError.specialBits(path: path) }
    }
}
