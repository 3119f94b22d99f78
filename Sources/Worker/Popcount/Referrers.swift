import Layers

/// How many store paths refer to each name.
///
/// A path counts once for a name, even where it refers to two paths of that name, and never for itself. Names that nothing refers to
/// stand there with 0: a percentile says something about all names only if all are there.
struct Referrers {
    private(set) var counts: [String: UInt64] = [:]
    private(set) var paths = 0

    /// Takes in a path with what it refers to.
    mutating func add(_ path: StorePath, references: some Sequence<StorePath>) {
        paths += 1
        counts[path.name, default: 0] += 0
        for name in Set(references.filter { $0 != path }.map(\.name)) { counts[name, default: 0] += 1 }
    }
}
