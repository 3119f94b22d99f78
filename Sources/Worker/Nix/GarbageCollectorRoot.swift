import Glibc

/// Keeps store paths from Nix's garbage collector while it stands: a symlink, and further ones for further derivations and
/// outputs, which Nix names after the first (`name-2`, `name-2-doc`).
package struct GarbageCollectorRoot: Sendable, Hashable {
    /// What ``NixTool/realise(_:root:progress:log:)`` takes.
    package let path: String
    private let directory: String
    private let name: String

    /// - Parameters:
    ///   - directory: writable for the worker, readable for the Nix daemon; an absolute path.
    ///   - name: unique among the roots in use, also with `-` and more behind it.
    package init(directory: String, name: String) {
        self.directory = directory
        self.name = name
        path = "\(directory)/\(name)"
    }

    /// Lets go: removes every symlink of this root. Nothing happens when it was never made.
    package func remove() {
        guard let stream = unsafe opendir(directory) else { return }
        defer { unsafe closedir(stream) }
        while let entry = unsafe readdir(stream) {
            let found = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard found == name || found.hasPrefix("\(name)-") else { continue }
            let link = "\(directory)/\(found)"
            // Only what Nix made: nothing else is a symlink into the store.
            if Self.pointsIntoStore(link) { unsafe unlink(link) }
        }
    }

    private static func pointsIntoStore(_ link: String) -> Bool {
        var target = [CChar](repeating: 0, count: 256)
        let count = unsafe readlink(link, &target, target.count)
        let text = String(decoding: target.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return StorePathText.isStorePath(text)
    }
}
