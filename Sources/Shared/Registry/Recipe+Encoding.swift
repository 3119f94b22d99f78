import Hashing

/// The canonical form: a version, then each field with its length before it, so that no two recipes can run together into the same bytes
/// (joined names and a left-out platform or repository once gave two images one key).
extension Recipe {
    package var encoding: [UInt8] {
        var fields = FieldWriter()
        fields.append(Self.version)
        fields.append(isPinned ? "pinned" : "moving")
        switch source {
        case .channel(let revision): fields.append(["channel", "", revision])
        case .git(let url, let revision, let submodules): fields.append([submodules ? "git+submodules" : "git", url, revision])
        case .path(let path): fields.append(["path", path, ""])
        }
        fields.append(packages)
        fields.append(platform.rawValue)
        fields.append(hasShell ? ["shell"] : [])
        fields.append(layering.strategy)
        fields.append(layering.budget)
        fields.append(layering.popularity?.description ?? "")
        fields.append(packing.version)
        fields.append(packing.codec)
        fields.append(packing.level)
        return fields.bytes
    }

    /// Reads an ``encoding``.
    /// - Throws: ``RecipeError`` for another version or damaged bytes.
    package init(decoding bytes: [UInt8]) throws(RecipeError) {
        var fields = FieldReader(bytes)
        let version = try fields.integer()
        guard version == Self.version else { throw .unknownVersion(version) }
        let pinned = try fields.string()
        let sourceParts = try fields.strings()
        guard sourceParts.count == 3 else { throw .damaged }
        switch sourceParts[0] {
        case "channel": source = .channel(revision: sourceParts[2])
        case "git", "git+submodules":
            source = .git(url: sourceParts[1], revision: sourceParts[2], submodules: sourceParts[0] == "git+submodules")
        case "path": source = .path(sourceParts[1])
        default: throw .damaged
        }
        packages = try fields.strings()
        guard let platform = Platform(rawValue: try fields.string()) else { throw .damaged }
        self.platform = platform
        hasShell = try fields.strings().contains("shell")
        layering = Layering(
            strategy: try fields.string(),
            budget: try fields.integer(),
            popularity: try fields.digest()
        )
        packing = Packing(version: try fields.integer(), codec: try fields.string(), level: try fields.integer())
        // Whatever does not come out as it went in was not written by this version.
        guard encoding == bytes, (pinned == "pinned") == isPinned else { throw .damaged }
    }
}

/// A recipe that this program cannot read.
package enum RecipeError: Error, Hashable, CustomStringConvertible {
    case unknownVersion(Int)
    case damaged

    package var description: String {
        switch self {
        case .unknownVersion(let version):
            "the job's recipe has version \(version), this program reads version \(Recipe.version): upgrade the workers first, then the frontends"
        case .damaged: "the job's recipe is damaged or was written by another program"
        }
    }
}
