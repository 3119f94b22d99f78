/// The header of one archive entry: ustar where everything fits, else preceded by a pax extended header
/// (POSIX.1-2017, "pax Interchange Format").
///
/// Whatever could tell one host or moment from another is fixed: owner 0:0 `root`/`root`, modification time 1.
package struct TarHeader: Sendable {
    package enum Kind: Hashable, Sendable {
        case directory
        /// Size in bytes.
        case file(size: Int64)
        case symlink(target: [UInt8])
    }

    /// Archives consist of blocks of this many bytes.
    package static let blockSize = 512

    /// Two empty blocks end an archive.
    package static let endOfArchive = [UInt8](repeating: 0, count: 2 * blockSize)

    /// The bytes to write before the entry's contents, a whole number of blocks.
    package let bytes: [UInt8]

    /// - Parameters:
    ///   - path: relative, without a leading or trailing slash.
    ///   - mode: permission bits; set-user-ID, set-group-ID are not for layers, the sticky bit is for `/tmp`.
    /// - Throws: ``TarError`` for a path that no layer may have.
    package init(path: [UInt8], kind: Kind, mode: UInt16) throws(TarError) {
        try Self.check(path)
        let name = kind == .directory ? path + [UInt8(ascii: "/")] : path
        var block = UstarBlock(typeFlag: kind.typeFlag, mode: mode)
        var extended = PaxRecords()
        if !block.setName(name) { extended.append("path", name) }
        switch kind {
        case .directory: break
        case .file(let size): if !block.setSize(size) { extended.append("size", Array(String(size).utf8)) }
        case .symlink(let target): if !block.setLinkTarget(target) { extended.append("linkpath", target) }
        }
        let records = extended.blocks
        bytes = records.isEmpty ? block.finished() : records + block.finished()
    }

    /// The header of an entry whose contents are in memory.
    package init(_ entry: TarEntry) throws(TarError) {
        let kind: Kind =
            switch entry.content {
            case .directory: .directory
            case .file(let contents): .file(size: Int64(contents.count))
            case .symlink(let target): .symlink(target: target)
            }
        try self.init(path: entry.path, kind: kind, mode: entry.mode)
    }

    /// How many zero bytes follow contents of `size` bytes.
    package static func padding(after size: Int64) -> Int {
        let rest = Int(size % Int64(blockSize))
        return rest == 0 ? 0 : blockSize - rest
    }

    private static func check(_ path: [UInt8]) throws(TarError) {
        var start = path.startIndex
        while start <= path.endIndex {
            let end = path[start...].firstIndex(of: UInt8(ascii: "/")) ?? path.endIndex
            let component = path[start..<end]
            start = end + 1
            if component.isEmpty || component.contains(0) { throw .notRelative(path: String(decoding: path, as: UTF8.self)) }
            // Other names, which are nearly all, need no further look.
            guard component.first == UInt8(ascii: ".") else { continue }
            if component.elementsEqual(".".utf8) || component.elementsEqual("..".utf8) {
                throw .notRelative(path: String(decoding: path, as: UTF8.self))
            }
            // In a layer such a name deletes what lies below it (OCI image specification, layer.md, "Whiteouts").
            if component.starts(with: ".wh.".utf8) { throw .whiteout(path: String(decoding: path, as: UTF8.self)) }
        }
    }
}

extension TarHeader.Kind {
    fileprivate var typeFlag: UInt8 {
        switch self {
        case .directory: UInt8(ascii: "5")
        case .file: UInt8(ascii: "0")
        case .symlink: UInt8(ascii: "2")
        }
    }
}
