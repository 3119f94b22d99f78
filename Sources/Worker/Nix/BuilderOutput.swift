/// The last lines and the size of what builders print, each by itself.
struct BuilderOutput: Sendable {
    private struct Builder {
        var bytes = 0
        var tail: [String] = []
    }

    /// Tails of so many derivations are kept; a build of thousands shall not keep them all.
    private static let mostBuilders = 64
    private static let longestLine = 500

    let tailLines: Int
    private var builders: [String: Builder] = [:]
    /// By their latest start.
    private var order: [String] = []

    init(tailLines: Int) { self.tailLines = tailLines }

    /// - Returns: the bytes that this builder has printed by now.
    mutating func append(_ line: String, of derivation: String) -> Int {
        if builders[derivation] == nil {
            builders[derivation] = Builder()
            order.append(derivation)
            if order.count > Self.mostBuilders { builders[order.removeFirst()] = nil }
        }
        var bytes = line.utf8.count + 1
        if var builder = builders.removeValue(forKey: derivation) {
            builder.bytes += bytes
            bytes = builder.bytes
            if builder.tail.count >= tailLines, !builder.tail.isEmpty { builder.tail.removeFirst() }
            builder.tail.append(PlainText.of(line.prefix(Self.longestLine)))
            builders[derivation] = builder
        }
        return bytes
    }

    /// The last lines of a derivation's builder; of the builder that printed last when no derivation is known.
    func tail(of derivation: String?) -> [String] {
        guard let derivation else { return [] }
        return builders[derivation]?.tail ?? []
    }
}
