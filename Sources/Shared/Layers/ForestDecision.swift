/// What becomes of one name of the forest, given all that have it, the first of which wins.
struct ForestDecision {
    private static let directoryMode: UInt16 = 0o755
    private static let fileMode: UInt16 = 0o644
    private static let linkMode: UInt16 = 0o777

    let entry: TarEntry

    /// The sources whose members make a directory; of no meaning for other entries.
    let merged: [ForestSource]

    let collision: SymlinkForest.Collision?

    let archiveName: [UInt8]

    /// - Parameter sources: at least one, in the order of their precedence.
    init(_ sources: [ForestSource], path: [UInt8]) {
        let first = sources[0]
        let isTopLevel = !path.contains(UInt8(ascii: "/"))
        if let names = Self.commonOwnDirectory(of: sources) {
            entry = TarEntry(path: path, content: .symlink(target: Self.relativeTarget(from: path, to: names)), mode: Self.linkMode)
            merged = sources
        } else {
            let mergeable = first.isMergeable ? sources.filter(\.isMergeable) : []
            if first.isDirectory || mergeable.count > 1 || isTopLevel && first.isMergeable {
                entry = TarEntry(path: path, content: .directory, mode: Self.mode(of: mergeable))
                merged = mergeable
            } else {
                entry = Self.leaf(first, path: path)
                merged = [first]
            }
        }
        collision = sources.count > 1 ? Self.collision(of: sources, merged: merged, path: path) : nil
        archiveName = entry.archiveName
    }

    private static func collision(of sources: [ForestSource], merged: [ForestSource], path: [UInt8]) -> SymlinkForest.Collision? {
        let winners = Set(merged.map(\.origin))
        let losers = sources.map(\.origin).filter { !winners.contains($0) }
        return losers.isEmpty ? nil : SymlinkForest.Collision(path: path, winner: sources[0].origin, losers: losers)
    }

    private static func commonOwnDirectory(of sources: [ForestSource]) -> [[UInt8]]? {
        guard let names = sources[0].ownDirectory, sources.allSatisfy({ $0.ownDirectory == names }) else { return nil }
        return names
    }

    private static func relativeTarget(from path: [UInt8], to names: [[UInt8]]) -> [UInt8] {
        let slash = UInt8(ascii: "/")
        let directory = path.split(separator: slash).dropLast().map(Array.init)
        var common = 0
        while common < directory.count, common < names.count, directory[common] == names[common] { common += 1 }
        let up = [[UInt8]](repeating: Array("..".utf8), count: directory.count - common)
        let steps = up + names[common...]
        return steps.isEmpty ? Array(".".utf8) : Array(steps.joined(separator: [slash]))
    }

    /// A generated directory says which mode it needs.
    private static func mode(of sources: [ForestSource]) -> UInt16 {
        for source in sources {
            if case .generated(.directory(let mode, _)) = source.content { return mode }
        }
        return directoryMode
    }

    private static func leaf(_ source: ForestSource, path: [UInt8]) -> TarEntry {
        switch source.content {
        case .generated(.file(let contents)): TarEntry(path: path, content: .file(contents), mode: fileMode)
        case .generated(.symlink(let target)): TarEntry(path: path, content: .symlink(target: target), mode: linkMode)
        case .generated(.directory), .output: TarEntry(path: path, content: .symlink(target: source.target), mode: linkMode)
        }
    }
}
