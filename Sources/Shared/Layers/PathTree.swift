/// What lies in a requested output, names and links without contents: enough to make an image's symlink layer without the store.
package struct PathTree: Hashable, Sendable {
    /// A name in a directory.
    package struct Member: Hashable, Sendable {
        /// Without slash and NUL; need not be UTF-8.
        package let name: [UInt8]
        package let node: Node

        package init(name: [UInt8], node: Node) {
            self.name = name
            self.node = node
        }
    }

    package indirect enum Node: Hashable, Sendable {
        /// Members in bytewise order of their names.
        case directory([Member])
        case file(isExecutable: Bool)
        case symlink(Destination)
    }

    /// What a symbolic link leads to at last, through however many other links.
    package indirect enum Destination: Hashable, Sendable {
        /// Nothing that is in the store: dangling, a loop, or a path of the image.
        case nothing
        case file(isExecutable: Bool)
        /// A directory of the same output, by the names that lead there from the output itself without another link;
        /// empty for the output itself.
        case ownDirectory([[UInt8]])
        /// A directory of another store path, with what lies in it. Links to directories in there are ``unlistedDirectory``.
        case otherDirectory([Member])
        /// A directory of another store path that is not listed here.
        case unlistedDirectory
    }

    package let root: Node

    package init(root: Node) { self.root = root }

    /// The node that `path` (relative, `/`-separated) names, found through links to directories where they are known.
    package func node(at path: some StringProtocol) -> Node? {
        var node = root
        for name in path.utf8.split(separator: UInt8(ascii: "/")) {
            guard let members = members(of: node), let member = Self.member(Array(name), in: members) else { return nil }
            node = member.node
        }
        return node
    }

    /// What lies in a directory or in the directory that a link leads to; `nil` for everything else.
    package func members(of node: Node) -> [Member]? {
        switch node {
        case .directory(let members), .symlink(.otherDirectory(let members)): members
        case .symlink(.ownDirectory(let names)): directory(at: names)
        case .file, .symlink: nil
        }
    }

    private func directory(at names: [[UInt8]]) -> [Member]? {
        var node = root
        // The output itself may be a link to the store path that holds all this.
        if case .symlink(.otherDirectory(let members)) = root { node = .directory(members) }
        for name in names {
            guard case .directory(let members) = node, let member = Self.member(name, in: members) else { return nil }
            node = member.node
        }
        guard case .directory(let members) = node else { return nil }
        return members
    }

    private static func member(_ name: [UInt8], in members: [Member]) -> Member? {
        var low = 0
        var high = members.count
        while low < high {
            let middle = (low + high) / 2
            if members[middle].name.lexicographicallyPrecedes(name) { low = middle + 1 } else { high = middle }
        }
        return low < members.count && members[low].name == name ? members[low] : nil
    }
}
