/// The contents of an image's last layer: the union of the requested outputs as one tree of directories, whose leaves are
/// symbolic links into the store, and the few files that programs expect of any system.
///
/// - Directories are merged and become real directories, also where only one output has them, so that whatever is built upon the
///   image can add files to them. At equal names the first output wins; what loses is in ``collisions``.
/// - A link to a directory counts as that directory where another output has the same name, and at the top level. A link that
///   leads to the same place of its own output in all outputs that have it stays such a link (`sbin -> bin`). Links below a
///   link are not followed again, so loops (`ncursesw -> .`) come to an end.
/// - Everything of an output is linked, manuals too, since only who uses the image knows what is needed; but not
///   `nix-support`, which holds notes for later builds that nothing reads at run time and that every package has in the same place.
/// - `nix`, `dev`, `proc` and `sys` belong to the image and the container runtime: nothing of an output is linked there.
/// - The generated files (``GeneratedFiles``) win below `etc`, `root` and `tmp`, the outputs everywhere else.
/// - An output that is a single file adds nothing: there is no name for it.
package struct SymlinkForest: Hashable, Sendable {
    /// A requested output with what lies in it.
    package struct Output: Hashable, Sendable {
        package let path: StorePath
        package let tree: PathTree

        package init(path: StorePath, tree: PathTree) {
            self.path = path
            self.tree = tree
        }
    }

    /// Where an entry comes from.
    package enum Origin: Hashable, Sendable {
        case output(StorePath)
        /// The generated files, or a place that is kept free.
        case image
    }

    /// A name that more than one origin has.
    package struct Collision: Hashable, Sendable {
        /// Relative to the image's root.
        package let path: [UInt8]
        package let winner: Origin
        package let losers: [Origin]
    }

    private static let buildNotes = Array("nix-support".utf8)
    private static let keptFree = ["dev", "nix", "proc", "sys"].map { Array($0.utf8) }
    private static let generatedFirst = ["etc", "root", "tmp"].map { Array($0.utf8) }

    /// Whether what outputs have under a name of the top level is in the forest.
    static func isLinked(_ name: [UInt8]) -> Bool { name != buildNotes && !keptFree.contains(name) }

    /// In the order of their archive names, ready to be packed.
    package private(set) var entries: [TarEntry] = []

    /// In the order in which the names come up in the tree.
    package private(set) var collisions: [Collision] = []

    /// - Parameter outputs: in the order that decides collisions, which is that of the packages' normalised attribute paths; an
    ///   output that comes again counts where it came first.
    package init(outputs: some Sequence<Output>) {
        var seen: Set<StorePath> = []
        let outputs = outputs.filter { seen.insert($0.path).inserted }
        let sources = outputs.compactMap(ForestSource.init(output:))
        let generated = ForestSource(generated: GeneratedFiles(outputs: outputs).root)
        merge(sources + [generated], at: [])
    }

    /// Adds what lies in the directory `path` of the forest.
    private mutating func merge(_ directories: [ForestSource], at path: [UInt8]) {
        let prefix = path.isEmpty ? path : path + [UInt8(ascii: "/")]
        let decided =
            if directories.count == 1 {
                directories[0].members.map { ForestDecision([$0.source], path: prefix + $0.name) }
            } else {
                names(in: directories, isTopLevel: path.isEmpty).map { ForestDecision($1, path: prefix + $0) }
            }
        for decision in decided.sorted(by: { $0.archiveName.lexicographicallyPrecedes($1.archiveName) }) {
            if let collision = decision.collision { collisions.append(collision) }
            entries.append(decision.entry)
            if case .directory = decision.entry.content { merge(decision.merged, at: decision.entry.path) }
        }
    }

    /// What has each name of some directories, in the order of these.
    private mutating func names(in directories: [ForestSource], isTopLevel: Bool) -> [[UInt8]: [ForestSource]] {
        var names: [[UInt8]: [ForestSource]] = [:]
        for member in directories.flatMap(\.members) { names[member.name, default: []].append(member.source) }
        if isTopLevel { reserve(&names) }
        return names
    }

    /// The rules that hold at the top level only.
    private mutating func reserve(_ names: inout [[UInt8]: [ForestSource]]) {
        names[Self.buildNotes] = nil
        for name in Self.keptFree {
            guard let sources = names.removeValue(forKey: name) else { continue }
            collisions.append(Collision(path: name, winner: .image, losers: sources.map(\.origin)))
        }
        for name in Self.generatedFirst {
            guard let sources = names[name] else { continue }
            names[name] = sources.filter { $0.origin == .image } + sources.filter { $0.origin != .image }
        }
    }
}
