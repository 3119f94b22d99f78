package import Hashing

/// What a path below `/v2/` asks for. Parsed from bytes; the query string is not part of it.
package enum RegistryRequest: Hashable, Sendable {
    case version
    case manifest(name: String, Reference)
    case blob(name: String, Digest)
    case tags(name: String)
    case referrers(name: String, Digest)

    /// The image that it is about.
    package var name: String? {
        switch self {
        case .version: nil
        case .manifest(let name, _), .blob(let name, _), .tags(let name), .referrers(let name, _): name
        }
    }

    package enum Reference: Hashable, Sendable {
        case tag(String)
        case digest(Digest)
    }

    /// - Parameter path: beginning with `/v2`, not percent-decoded: the grammar has no character that needs it.
    /// - Throws: ``RegistryError``, 404 or 400, that says what is wrong.
    package init(path: String) throws(RegistryError) {
        if path == "/v2" || path == "/v2/" {
            self = .version
            return
        }
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst(2)
        guard parts.count >= 3, let last = parts.last else {
            throw .notFound("no such address; a manifest is /v2/<name>/manifests/<tag>")
        }
        let kind = parts[parts.endIndex - 2]
        let name = parts.dropLast(2).joined(separator: "/")
        guard ["manifests", "blobs", "tags", "referrers"].contains(kind) else {
            throw .notFound("no such address; a manifest is /v2/<name>/manifests/<tag>")
        }
        guard name.utf8.count <= RegistryGrammar.longestName else {
            throw .nameInvalid("the image name is \(name.utf8.count) bytes long; at most \(RegistryGrammar.longestName) are possible")
        }
        guard RegistryGrammar.isName(name.utf8) else {
            throw .nameInvalid("'\(RegistryError.printable(name))' is not an image name: package names in lower case, joined by '/'")
        }
        switch kind {
        case "manifests": self = .manifest(name: name, try Reference(last))
        case "blobs": self = .blob(name: name, try Self.digest(last))
        case "referrers": self = .referrers(name: name, try Self.digest(last))
        default:
            guard last == "list" else { throw .notFound("no such address; the tags are at /v2/<name>/tags/list") }
            self = .tags(name: name)
        }
    }

    private static func digest(_ text: Substring) throws(RegistryError) -> Digest {
        guard let digest = Digest(text) else { throw .digestInvalid(String(text)) }
        return digest
    }
}

extension RegistryRequest.Reference {
    package init(_ text: Substring) throws(RegistryError) {
        if text.contains(":") {
            guard let digest = Digest(text) else { throw .digestInvalid(String(text)) }
            self = .digest(digest)
        } else {
            guard RegistryGrammar.isTag(text.utf8) else {
                throw .manifestUnknown(
                    "'\(RegistryError.printable(String(text)))' is not a tag: up to 128 letters, digits, '_', '.' and '-', "
                        + "the first a letter, a digit or '_'"
                )
            }
            self = .tag(String(text))
        }
    }
}
