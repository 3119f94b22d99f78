private import Glibc

extension DirectoryStore {
    package func list(prefix: String, page: String?, limit: Int) async throws -> ObjectPage {
        try await BlockingCall.run {
            let after = page ?? ""
            var names = try paths(prefix: prefix).filter { $0.path.utf8.lexicographicallyPrecedes(after.utf8) == false && $0.path != after }
            names.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
            let chosen = names.prefix(limit)
            let objects = try chosen.compactMap { name in
                // One that is gone since the directory was read is left out.
                try information(path(of: name)).map { ListedObject(name: name, size: $0.size, modified: $0.modified) }
            }
            return ObjectPage(objects: objects, next: names.count > chosen.count ? chosen.last?.path : nil)
        }
    }

    package func removeLeftovers(olderThan age: Duration) async throws -> Int {
        try await BlockingCall.run {
            let limit = try now() - age.components.seconds
            var count = 0
            for name in try entries(of: staging) {
                let path = staging + "/" + name
                if let found = try information(path), found.modified < limit, unsafe unlink(path) == 0 { count += 1 }
            }
            return count
        }
    }

    /// Seconds since 1970 by the clock of whoever keeps the files: this host's may be another.
    private func now() throws(StorageError) -> Int64 {
        var status = Glibc.stat()
        guard unsafe utimensat(AT_FDCWD, staging, nil, 0) == 0, unsafe fstatat(AT_FDCWD, staging, &status, 0) == 0 else {
            throw .lastSystemError(staging, action: "ask the time of")
        }
        return Int64(status.st_mtim.tv_sec)
    }

    /// Names with a prefix. They stand in the root or in one of its directories.
    private func paths(prefix: String) throws(StorageError) -> [ObjectName] {
        if let slash = prefix.lastIndex(of: "/") {
            let directory = String(prefix[...slash])
            guard let name = ObjectName(path: directory + "x") else { return [] }
            return try entries(of: String(path(of: name).dropLast(2)))
                .compactMap { ObjectName(path: directory + $0) }
                .filter { $0.path.utf8.starts(with: prefix.utf8) }
        }
        var names: [ObjectName] = []
        for entry in try entries(of: root) where entry != "staging" {
            guard let name = ObjectName(path: entry) else { continue }
            if try information(path(of: name)) != nil {
                if entry.utf8.starts(with: prefix.utf8) { names.append(name) }
            } else if (entry + "/").utf8.starts(with: prefix.utf8) {
                names += try paths(prefix: entry + "/")
            }
        }
        return names
    }

    /// The names in a directory, in no order; none if there is no such directory.
    private func entries(of path: String) throws(StorageError) -> [String] {
        guard let directory = unsafe opendir(path) else {
            if errno == ENOENT || errno == ENOTDIR { return [] }
            throw .lastSystemError(path, action: "list")
        }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names
    }
}
