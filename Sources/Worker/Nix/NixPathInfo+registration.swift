extension NixPathInfo {
    /// Reads what `nix-store --dump-db` prints: for each path the lines path, NAR hash (hexadecimal), NAR size, deriver (may
    /// be empty), number of references, references. The format has been the same since Nix 1.
    static func parse(registration text: String) throws(NixFailure) -> [NixPathInfo] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
        var result: [NixPathInfo] = []
        while let line = lines.popFirst() {
            if line.isEmpty { continue }
            guard let hash = lines.popFirst(), hash.utf8.count == 64,
                let size = lines.popFirst().flatMap({ Int64($0) }), size >= 0,
                lines.popFirst() != nil,
                let count = lines.popFirst().flatMap({ Int($0) }), count >= 0, count <= lines.count
            else { throw NixFailure(.internal, "nix-store --dump-db printed an entry for \(line) that this program cannot read") }
            let path = String(line)
            let references = lines.prefix(count).map { String($0) }.filter { $0 != path }
            lines = lines.dropFirst(count)
            result.append(
                NixPathInfo(path: path, narHash: "sha256:\(hash)", narSize: size, references: references.sorted(by: StorePathText.precedes))
            )
        }
        return result
    }
}
