import Layers

/// Reads what a binary cache says of many paths, several at once, through the journal.
struct CacheReader: Sendable {
    /// A `.narinfo` file has about 1 kB; the longest lists of references some hundred.
    private static let narinfoLimit = 1 << 20

    let client: CacheClient
    let cache: String
    let journal: NarinfoJournal
    let concurrency: Int

    /// - Returns: the counts, and for each path that had to be left out why.
    /// - Throws: ``PopcountError`` when the cache cannot be read any more or the journal not written; what was read by then is kept.
    func count(_ paths: [StorePath]) async throws -> (Referrers, left: [String]) {
        let unknown = paths.filter { journal.references(of: $0) == nil }
        let left = try await read(unknown, of: paths.count)
        var referrers = Referrers()
        for path in paths {
            if let references = journal.references(of: path) { referrers.add(path, references: references) }
        }
        return (referrers, left.sorted())
    }

    private func read(_ paths: [StorePath], of total: Int) async throws -> [String] {
        let progress = Progress(total: total, already: total - paths.count)
        defer { progress.finish() }
        var rest = paths[...]
        var left: [String] = []
        do {
            try await withThrowingTaskGroup(of: String?.self) { group in
                for path in rest.prefix(concurrency) { group.addTask { try await read(path) } }
                rest = rest.dropFirst(concurrency)
                while let problem = try await group.next() {
                    if let problem { left.append(problem) }
                    progress.advance()
                    if let path = rest.popFirst() { group.addTask { try await read(path) } }
                }
            }
        } catch let error as PopcountError {
            throw PopcountError("\(error)\nwhat was read so far is kept in \(journal.path); run the same command again to go on")
        }
        return left
    }

    /// - Returns: why the path has to be left out, `nil` when it is in the journal.
    private func read(_ path: StorePath) async throws -> String? {
        let url = "\(cache)/\(path.baseName.prefix(32)).narinfo"
        guard let body = try await client.fetchIfThere(url, limit: Self.narinfoLimit) else { return "\(path): not in the cache" }
        do {
            try journal.record(try Narinfo(String(decoding: body, as: UTF8.self), of: path))
            return nil
        } catch let error as NarinfoError {
            return "\(path): \(url) is no description of it: \(error)"
        }
    }
}
