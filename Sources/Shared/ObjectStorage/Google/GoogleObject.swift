internal import FoundationEssentials
internal import HTTP

/// An object as the JSON API describes it.
struct GoogleObject: Decodable, Sendable {
    let name: String
    let size: String?
    let crc32c: String?
    let generation: String?
    let contentType: String?
    let updated: String?

    /// The fields above, for requests that want no others.
    static let fields = "name,size,crc32c,generation,contentType,updated"

    struct Page: Decodable, Sendable {
        let items: [GoogleObject]?
        let nextPageToken: String?
    }

    /// - Throws: ``StorageError/damaged(object:reason:)`` for an answer that is none of Google's.
    static func decode<Value: Decodable>(_ type: Value.Type, _ response: HTTPResponse, object: String) throws(StorageError) -> Value {
        guard let value = try? JSONDecoder().decode(type, from: Data(response.body)) else {
            throw .damaged(object: object, reason: "the store's answer about it is not the JSON that is expected")
        }
        return value
    }

    var info: ObjectInfo? {
        guard let size = size.flatMap({ Int64($0) }) else { return nil }
        return ObjectInfo(size: size, modified: updated.flatMap { Timestamp.seconds($0) } ?? 0, contentType: contentType)
    }

    /// Why this is not what was sent, or `nil`.
    func difference(from sum: StreamHash.Sum) -> String? {
        guard size == String(sum.size) else { return "it has \(size ?? "no") bytes instead of \(sum.size)" }
        guard let crc32c else { return nil }
        let expected = sum.googleChecksum
        return crc32c == expected ? nil : "its CRC-32C is \(crc32c) instead of \(expected)"
    }
}

extension StreamHash.Sum {
    /// The CRC-32C as Google writes it: base 64 of its four bytes, the highest first.
    var googleChecksum: String {
        Base64.encode([24, 16, 8, 0].map { UInt8(truncatingIfNeeded: crc32c >> $0) })
    }
}
