import Layers

extension GraphDocument {
    /// The closure that the document describes.
    /// - Throws: ``GraphError`` for what is no store path, no closure, or has no size that follows exactly from what is given.
    func closure() throws(GraphError) -> Closure {
        do {
            let paths = try nodes.map { node in
                // A size that is not known yet counts nothing here; it is put in below.
                PathInfo(
                    path: try StorePath(node.path), narSize: node.narSize?.bytes ?? 0,
                    references: try node.references.map { try StorePath($0) })
            }
            let closure = try Closure(requested: try requested.map { try StorePath($0) }, paths: paths)
            return try withSizes(closure)
        } catch let error as GraphError {
            throw error
        } catch {
            throw GraphError("\(error)")
        }
    }

    /// Fills in missing NAR sizes: a path's is its closure size less the NAR sizes of all else in its closure. Dependencies come
    /// first, so that only the paths of a cycle can be left with more than one unknown.
    private func withSizes(_ closure: Closure) throws -> Closure {
        guard nodes.contains(where: { $0.narSize == nil }) else { return closure }
        var sizes: [StorePath: Int64] = [:]
        var closureSizes: [StorePath: Int64] = [:]
        for node in nodes {
            let path = try StorePath(node.path)
            sizes[path] = node.narSize?.bytes
            closureSizes[path] = node.closureSize?.bytes
        }
        let references = Dictionary(uniqueKeysWithValues: closure.paths.map { ($0.path, $0.references) })
        for path in Self.dependenciesFirst(closure.requested, references) where sizes[path] == nil {
            guard let whole = closureSizes[path] else { throw GraphError("\(path) has neither \"narSize\" nor \"closureSize\"") }
            var rest = whole
            for other in Self.reach(path, references) where other != path {
                guard let size = sizes[other] else {
                    throw GraphError(
                        "\(path) and \(other) refer to each other and lack \"narSize\": their closure sizes do not tell theirs apart")
                }
                rest -= size
            }
            guard rest >= 0 else {
                throw GraphError("\(path) has \"closureSize\" \(whole), but what it refers to has \(whole - rest) bytes")
            }
            sizes[path] = rest
        }
        return try Closure(
            requested: closure.requested,
            paths: closure.paths.map { PathInfo(path: $0.path, narSize: sizes[$0.path] ?? 0, references: $0.references) })
    }

    private static func reach(_ start: StorePath, _ references: [StorePath: [StorePath]]) -> Set<StorePath> {
        var reached: Set<StorePath> = [start]
        var open = [start]
        while let path = open.popLast() {
            for reference in references[path, default: []] where reached.insert(reference).inserted { open.append(reference) }
        }
        return reached
    }

    private static func dependenciesFirst(_ requested: [StorePath], _ references: [StorePath: [StorePath]]) -> [StorePath] {
        var order: [StorePath] = []
        var seen: Set<StorePath> = []
        for start in requested where seen.insert(start).inserted {
            var way = [(path: start, next: 0)]
            while let (path, next) = way.last {
                let below = references[path, default: []]
                guard next < below.count else {
                    order.append(path)
                    way.removeLast()
                    continue
                }
                way[way.count - 1].next += 1
                if seen.insert(below[next]).inserted { way.append((below[next], 0)) }
            }
        }
        return order
    }
}
