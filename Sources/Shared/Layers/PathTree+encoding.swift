extension PathTree {
    private static let version: UInt8 = 1

    /// The tree as bytes, to be kept by whoever wants to make symlink layers later: a version, then the nodes, members after
    /// their directory; counts and lengths in LEB128.
    package var encoded: [UInt8] {
        var bytes = [Self.version]
        var open = [root]
        while let node = open.popLast() {
            bytes.append(node.tag)
            switch node {
            case .file, .symlink(.nothing), .symlink(.file), .symlink(.unlistedDirectory): break
            case .symlink(.ownDirectory(let names)):
                Self.append(names.count, to: &bytes)
                for name in names { Self.append(name, to: &bytes) }
            case .directory(let members), .symlink(.otherDirectory(let members)):
                Self.append(members.count, to: &bytes)
                for member in members { Self.append(member.name, to: &bytes) }
                open += members.reversed().map(\.node)
            }
        }
        return bytes
    }

    /// - Throws: ``PathTreeError`` for bytes that ``encoded`` did not make, or another version did.
    package init(encoded bytes: [UInt8]) throws(PathTreeError) {
        guard bytes.first == Self.version else { throw PathTreeError() }
        var decoder = PathTreeDecoder(rest: bytes.dropFirst())
        self.init(root: try decoder.tree())
    }

    private static func append(_ number: Int, to bytes: inout [UInt8]) {
        var rest = number
        while rest > 127 {
            bytes.append(UInt8(rest & 127) | 128)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private static func append(_ name: [UInt8], to bytes: inout [UInt8]) {
        append(name.count, to: &bytes)
        bytes += name
    }
}

extension PathTree.Node {
    /// Numbers that stored trees contain: they are never used again for something else.
    fileprivate var tag: UInt8 {
        switch self {
        case .directory: 1
        case .file(let isExecutable): isExecutable ? 3 : 2
        case .symlink(.nothing): 4
        case .symlink(.file(let isExecutable)): isExecutable ? 6 : 5
        case .symlink(.ownDirectory): 7
        case .symlink(.otherDirectory): 8
        case .symlink(.unlistedDirectory): 9
        }
    }
}
