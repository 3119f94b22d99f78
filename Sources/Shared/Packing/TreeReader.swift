private import Glibc
package import Layers

/// Lists what lies in an output, as the symlink layer needs it.
package struct TreeReader {
    /// Names that lead to the directory that is listed, from the root.
    private let own: [[UInt8]]
    private let resolver: LinkResolver

    /// - Parameters:
    ///   - output: may be a file or a symbolic link too; a link to a directory of the store lists that directory.
    ///   - storeRoot: what precedes `/nix/store` on disk, for tests and for stores below another root.
    /// - Throws: ``PackingError`` naming the path.
    package static func tree(of output: StorePath, storeRoot: String = "") throws(PackingError) -> PathTree {
        let resolver = LinkResolver(storeRoot: storeRoot)
        let name = Array((storeRoot + output.string).utf8)
        let place = Array(output.string.utf8).split(separator: UInt8(ascii: "/")).map(Array.init)
        let reader = TreeReader(own: place, resolver: resolver)
        switch try DirectoryMember.kind(of: name, in: nil, path: output.string) {
        case .directory:
            let directory = try StoreFile(directory: name, in: nil, path: output.string)
            return PathTree(root: .directory(try reader.members(of: directory, at: place, isForeign: false)))
        case .symlink:
            let target = try DirectoryMember.target(of: name, in: nil, path: output.string)
            let found = try resolver.resolve(target, from: place.dropLast())
            guard let found, found.kind == .directory else { return PathTree(root: .symlink(try reader.destination(of: found))) }
            let directory = try resolver.open(found)
            let other = TreeReader(own: found.names, resolver: resolver)
            return PathTree(root: .symlink(.otherDirectory(try other.members(of: directory, at: found.names, isForeign: false))))
        case .file:
            return PathTree(root: try reader.file(name, in: nil, path: output.string))
        case .special(let kind):
            throw .specialFile(path: output.string, kind: kind)
        }
    }

    /// - Parameter isForeign: whether a link led here: then links to further directories are not listed, so that a loop or a web of
    ///   links cannot grow without end.
    private func members(of directory: StoreFile, at place: [[UInt8]], isForeign: Bool) throws(PackingError) -> [PathTree.Member] {
        var members: [PathTree.Member] = []
        for member in try DirectoryMember.list(directory) {
            let path = directory.path + "/" + String(decoding: member.name, as: UTF8.self)
            let node: PathTree.Node
            switch member.kind {
            case .directory:
                try PackingError.checkLength(place.reduce(member.name.count + 1) { $0 + $1.count + 1 }, path)
                let child = try StoreFile(directory: member.name, in: directory, path: path)
                node = .directory(try self.members(of: child, at: place + [member.name], isForeign: isForeign))
            case .file: node = try file(member.name, in: directory, path: path)
            case .symlink:
                let target = try DirectoryMember.target(of: member.name, in: directory, path: path)
                let found = try resolver.resolve(target, from: place)
                node = .symlink(isForeign && found?.kind == .directory ? .unlistedDirectory : try destination(of: found))
            case .special(let kind): throw .specialFile(path: path, kind: kind)
            }
            members.append(PathTree.Member(name: member.name, node: node))
        }
        return members.sorted { $0.name.lexicographicallyPrecedes($1.name) }
    }

    private func file(_ name: [UInt8], in directory: StoreFile?, path: String) throws(PackingError) -> PathTree.Node {
        var status = stat()
        let start = directory?.descriptor ?? AT_FDCWD
        _ = try retrying("find", path) { unsafe withCString(name) { unsafe fstatat(start, $0, &status, AT_SYMLINK_NOFOLLOW) } }
        return .file(isExecutable: status.st_mode & S_IXUSR != 0)
    }

    private func destination(of place: LinkResolver.Place?) throws(PackingError) -> PathTree.Destination {
        guard let place else { return .nothing }
        switch place.kind {
        case .file(let isExecutable): return .file(isExecutable: isExecutable)
        case .directory where place.names.starts(with: own): return .ownDirectory(Array(place.names.dropFirst(own.count)))
        case .directory: return .otherDirectory(try members(of: resolver.open(place), at: place.names, isForeign: true))
        }
    }
}
