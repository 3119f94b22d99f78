/// Reads what ``PathTree/encoded`` writes. Without recursion, since the bytes decide how deep it would go.
struct PathTreeDecoder {
    /// A directory whose members are being read.
    private struct Frame {
        let isLink: Bool
        let names: [[UInt8]]
        var nodes: [PathTree.Node] = []

        var isComplete: Bool { nodes.count == names.count }

        var node: PathTree.Node {
            let members = zip(names, nodes).map { PathTree.Member(name: $0, node: $1) }
            return isLink ? .symlink(.otherDirectory(members)) : .directory(members)
        }
    }

    private enum Step {
        case node(PathTree.Node)
        case directory(Frame)
    }

    var rest: ArraySlice<UInt8>

    mutating func tree() throws(PathTreeError) -> PathTree.Node {
        var frames: [Frame] = []
        while true {
            switch try step() {
            case .directory(let frame) where !frame.isComplete:
                frames.append(frame)
                continue
            case .directory(let frame): frames.append(frame)
            case .node(let node):
                guard !frames.isEmpty else { return try finished(node) }
                frames[frames.count - 1].nodes.append(node)
            }
            while let frame = frames.last, frame.isComplete {
                frames.removeLast()
                guard !frames.isEmpty else { return try finished(frame.node) }
                frames[frames.count - 1].nodes.append(frame.node)
            }
        }
    }

    private func finished(_ node: PathTree.Node) throws(PathTreeError) -> PathTree.Node {
        guard rest.isEmpty else { throw PathTreeError() }
        return node
    }

    private mutating func step() throws(PathTreeError) -> Step {
        switch rest.popFirst() {
        case 1: .directory(Frame(isLink: false, names: try sortedNames()))
        case 2: .node(.file(isExecutable: false))
        case 3: .node(.file(isExecutable: true))
        case 4: .node(.symlink(.nothing))
        case 5: .node(.symlink(.file(isExecutable: false)))
        case 6: .node(.symlink(.file(isExecutable: true)))
        case 7: .node(.symlink(.ownDirectory(try names())))
        case 8: .directory(Frame(isLink: true, names: try sortedNames()))
        case 9: .node(.symlink(.unlistedDirectory))
        default: throw PathTreeError()
        }
    }

    private mutating func sortedNames() throws(PathTreeError) -> [[UInt8]] {
        let names = try names()
        guard zip(names, names.dropFirst()).allSatisfy({ $0.lexicographicallyPrecedes($1) }) else { throw PathTreeError() }
        return names
    }

    private mutating func names() throws(PathTreeError) -> [[UInt8]] {
        var names: [[UInt8]] = []
        for _ in 0..<(try number()) {
            let length = try number()
            guard length > 0, length <= rest.count else { throw PathTreeError() }
            let name = Array(rest.prefix(length))
            guard !name.contains(0), !name.contains(UInt8(ascii: "/")) else { throw PathTreeError() }
            names.append(name)
            rest.removeFirst(length)
        }
        return names
    }

    private mutating func number() throws(PathTreeError) -> Int {
        var number = 0
        for shift in stride(from: 0, to: 35, by: 7) {
            guard let byte = rest.popFirst() else { throw PathTreeError() }
            number |= Int(byte & 127) << shift
            if byte < 128 { return number }
        }
        throw PathTreeError()
    }
}
