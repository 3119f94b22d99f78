/// All store paths that an image needs at run time, complete and without anything else.
///
/// Nix makes no cycles between store paths. A graph from elsewhere may have them; then the paths of a cycle are one unit,
/// which no strategy ever parts.
package struct Closure: Hashable, Sendable {
    /// The paths that the image was asked to hold: sorted, each once.
    package let requested: [StorePath]

    /// The whole closure, sorted by path.
    package let paths: [PathInfo]

    /// - Parameters:
    ///   - requested: top-level paths in any order; two packages may name the same one.
    ///   - paths: every path that can be reached from them, in any order.
    /// - Throws: ``ClosureError`` when something is missing, too much, twice there, or has no sensible size.
    package init(requested: some Sequence<StorePath>, paths: some Sequence<PathInfo>) throws(ClosureError) {
        let requested = Set(requested).sorted()
        let paths = paths.sorted { $0.path < $1.path }
        guard !requested.isEmpty else { throw .nothingRequested }
        for (left, right) in zip(paths, paths.dropFirst()) where left.path == right.path { throw .duplicate(left.path) }
        let known = Set(paths.map(\.path))
        for path in requested where !known.contains(path) { throw .requestedPathMissing(path) }
        var total: Int64 = 0
        for info in paths {
            for reference in info.references where !known.contains(reference) {
                throw .unknownReference(from: info.path, to: reference)
            }
            guard info.narSize >= 0 else { throw .negativeSize(info.path) }
            let (sum, overflow) = total.addingReportingOverflow(info.narSize)
            guard !overflow else { throw .sizeOverflow }
            total = sum
        }
        self.requested = requested
        self.paths = paths
        if let stranger = firstUnreachable() { throw .unreachable(stranger) }
    }

    private func firstUnreachable() -> StorePath? {
        let references = Dictionary(uniqueKeysWithValues: paths.map { ($0.path, $0.references) })
        var reached = Set(requested)
        var open = requested
        while let path = open.popLast() {
            for reference in references[path, default: []] where reached.insert(reference).inserted { open.append(reference) }
        }
        return paths.first { !reached.contains($0.path) }?.path
    }
}
