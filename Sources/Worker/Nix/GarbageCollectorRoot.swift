import Glibc

/// Keeps store paths from Nix's garbage collector while it stands: a symlink, or several with `-2`, `-3`, ... after the name.
package struct GarbageCollectorRoot: Sendable, Hashable {
    /// What ``NixTool/realise(_:root:progress:log:)`` takes.
    package let path: String

    /// - Parameters:
    ///   - directory: writable for the worker, readable for the Nix daemon; an absolute path.
    ///   - name: unique among the roots in use.
    package init(directory: String, name: String) {
        path = "\(directory)/\(name)"
    }

    /// Lets go. Nothing happens when the root was never made.
    package func remove() {
        guard unsafe unlink(path) == 0 else { return }
        var number = 2
        while unsafe unlink("\(path)-\(number)") == 0 { number += 1 }
    }
}
