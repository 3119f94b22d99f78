import HTTP
import Layers
import Operations

/// A channel's `store-paths.xz`: all store paths that its release holds, one a line.
enum StorePathList {
    /// Bytes of the file, and of what it unpacks to. Those of nixpkgs are about 2 and 10 MB.
    private static let packedLimit = 64 << 20
    private static let limit = 512 << 20

    /// - Parameter source: an address or a file, packed or plain.
    /// - Throws: ``PopcountError``.
    static func read(_ source: String, _ client: CacheClient) async throws -> [StorePath] {
        let bytes = source.contains("://") ? try await client.fetch(source, limit: packedLimit) : try BoundedFile.read(source, limit: limit)
        do {
            return try parse(bytes.starts(with: XZ.magic) ? try XZ.unpacked(bytes, limit: limit) : bytes)
        } catch {
            throw PopcountError("\(source) is no list of store paths: \(error)")
        }
    }

    /// Sorted, each once, derivations left out: no image holds them.
    static func parse(_ bytes: [UInt8]) throws(PopcountError) -> [StorePath] {
        var paths: Set<StorePath> = []
        for line in bytes.split(whereSeparator: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) {
            let text = String(decoding: line, as: UTF8.self)
            do {
                let path = try StorePath(text)
                if !path.name.hasSuffix(".drv") { paths.insert(path) }
            } catch {
                throw PopcountError("\(error)")
            }
        }
        guard !paths.isEmpty else { throw PopcountError("it names no store paths") }
        return paths.sorted()
    }
}
