/// What one output, or the generated files, have at one place of the forest.
struct ForestSource {
    enum Content {
        case output(PathTree.Node, PathTree)
        case generated(GeneratedFiles.Node)
    }

    let origin: SymlinkForest.Origin
    let content: Content

    /// Where a link to this leads: in the store.
    let target: [UInt8]

    /// Whether a link to a directory lies on the way here.
    let isBelowLink: Bool

    /// Whether it is a whole output and not something in one.
    private let isOutput: Bool

    /// `nil` for an output that is no directory.
    init?(output: SymlinkForest.Output) {
        guard output.tree.members(of: output.tree.root) != nil else { return nil }
        self.init(
            origin: .output(output.path), content: .output(output.tree.root, output.tree), target: Array(output.path.string.utf8),
            isBelowLink: false, isOutput: true)
    }

    init(generated: GeneratedFiles.Node) {
        self.init(origin: .image, content: .generated(generated), target: [], isBelowLink: false, isOutput: false)
    }

    private init(origin: SymlinkForest.Origin, content: Content, target: [UInt8], isBelowLink: Bool, isOutput: Bool) {
        self.origin = origin
        self.content = content
        self.target = target
        self.isBelowLink = isBelowLink
        self.isOutput = isOutput
    }

    /// A directory, and not a link to one.
    var isDirectory: Bool {
        switch content {
        case .output(.directory, _), .generated(.directory): true
        default: false
        }
    }

    /// Whether it can be merged with directories.
    var isMergeable: Bool {
        switch content {
        case .generated: isDirectory
        case .output(let node, let tree): isDirectory || !isBelowLink && tree.members(of: node) != nil
        }
    }

    /// For a link to a directory of its own output the names that lead there; `nil` where the forest does not have that directory.
    var ownDirectory: [[UInt8]]? {
        guard case .output(.symlink(.ownDirectory(let names)), _) = content else { return nil }
        return names.first.map(SymlinkForest.isLinked) ?? true ? names : nil
    }

    var members: [(name: [UInt8], source: ForestSource)] {
        switch content {
        case .generated(.directory(_, let members)):
            return members.map { (Array($0.key.utf8), ForestSource(generated: $0.value)) }
        case .generated: return []
        case .output(let node, let tree):
            // The output itself may be a link; what lies below it is no less its own for that.
            let isLink = !isDirectory && !isOutput
            return (tree.members(of: node) ?? []).map { member in
                let source = ForestSource(
                    origin: origin, content: .output(member.node, tree), target: target + [UInt8(ascii: "/")] + member.name,
                    isBelowLink: isBelowLink || isLink, isOutput: false)
                return (member.name, source)
            }
        }
    }
}
