import Layers

/// What `nix-store --dump-db` prints: for each path the lines path, NAR hash, NAR size, deriver (may be empty), number of references,
/// references. The format has been the same since Nix 1.
enum StoreRegistration {
    /// - Throws: ``PopcountError`` for anything else.
    static func referrers(_ text: String) throws(PopcountError) -> Referrers {
        var referrers = Referrers()
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
        while let line = lines.popFirst() {
            if line.isEmpty { continue }
            guard let path = try? StorePath(line), lines.count >= 4, let count = Int(lines[lines.startIndex + 3]), count >= 0,
                count <= lines.count - 4
            else { throw PopcountError("nix-store --dump-db printed an entry that this program cannot read: \(line.prefix(300))") }
            let references = lines.dropFirst(4).prefix(count).compactMap { try? StorePath($0) }
            guard references.count == count else {
                throw PopcountError("nix-store --dump-db printed references of \(path) that this program cannot read")
            }
            lines = lines.dropFirst(4 + count)
            if !path.name.hasSuffix(".drv") { referrers.add(path, references: references) }
        }
        return referrers
    }
}
