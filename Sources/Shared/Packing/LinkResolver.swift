private import Glibc
internal import Layers

/// Follows symbolic links as they would lead in an image, where `/nix/store` stands at the root, wherever the store is on disk.
struct LinkResolver {
    /// A file or directory of the store.
    struct Place {
        enum Kind: Equatable {
            case directory
            case file(isExecutable: Bool)
        }

        /// From the root, none of them a link.
        let names: [[UInt8]]
        let kind: Kind
    }

    /// As many links as Linux follows (path_resolution(7)).
    private static let limit = 40

    private static let store = ["nix", "store"].map { Array($0.utf8) }

    let storeRoot: String

    /// - Parameters:
    ///   - target: of a link.
    ///   - directory: where the link lies, by names from the root.
    /// - Returns: what it leads to, or `nil` where that is nothing or not in the store.
    /// - Throws: ``PackingError`` when the store cannot be read.
    func resolve(_ target: [UInt8], from directory: some Sequence<[UInt8]>) throws(PackingError) -> Place? {
        var names = Array(directory)
        var pending: [[UInt8]] = []
        // The link whose target this is counts.
        var links = 1
        func follow(_ target: [UInt8]) {
            if target.first == UInt8(ascii: "/") { names = [] }
            pending += target.split(separator: UInt8(ascii: "/")).reversed().map(Array.init)
        }
        follow(target)
        while let name = pending.popLast() {
            if name.elementsEqual(".".utf8) { continue }
            if name.elementsEqual("..".utf8) {
                _ = names.popLast()
                continue
            }
            names.append(name)
            if names.count <= Self.store.count {
                // Other directories of the image's root are not the store's.
                guard Self.store.starts(with: names) else { return nil }
                continue
            }
            guard let status = try status(names) else { return nil }
            if status.st_mode & S_IFMT == S_IFLNK {
                links += 1
                guard links <= Self.limit else { return nil }
                let path = disk(names)
                names.removeLast()
                follow(try DirectoryMember.target(of: path, in: nil, path: String(decoding: path, as: UTF8.self)))
            }
        }
        guard names.count > Self.store.count, let status = try status(names) else { return nil }
        return switch status.st_mode & S_IFMT {
        case S_IFDIR: Place(names: names, kind: .directory)
        case S_IFREG: Place(names: names, kind: .file(isExecutable: status.st_mode & S_IXUSR != 0))
        default: nil
        }
    }

    func open(_ place: Place) throws(PackingError) -> StoreFile {
        let path = disk(place.names).dropFirst(storeRoot.utf8.count)
        return try StoreFile(directory: disk(place.names), in: nil, path: String(decoding: path, as: UTF8.self))
    }

    /// `nil` where there is nothing.
    private func status(_ names: [[UInt8]]) throws(PackingError) -> stat? {
        var status = stat()
        let path = disk(names)
        do {
            _ = try retrying("find", String(decoding: path, as: UTF8.self)) {
                unsafe withCString(path) { unsafe fstatat(AT_FDCWD, $0, &status, AT_SYMLINK_NOFOLLOW) }
            }
        } catch .system(_, _, ENOENT), .system(_, _, ENOTDIR), .system(_, _, ENAMETOOLONG) {
            return nil
        }
        return status
    }

    private func disk(_ names: [[UInt8]]) -> [UInt8] {
        var path = Array(storeRoot.utf8)
        for name in names {
            path.append(UInt8(ascii: "/"))
            path += name
        }
        return path
    }
}
