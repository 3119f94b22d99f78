private import FoundationEssentials
import Hashing
package import Records
import Registry

/// A layer's record as it stands in the store under `builds/<layer key>`, from which the database is filled again.
package enum LayerRecordObject {
    package static let contentType = "application/json"

    package static func bytes(_ record: LayerRecord) -> [UInt8] {
        JSON.members(
            ("version", .int(1)),
            ("key", .string(record.key.description)),
            ("digest", .string(record.descriptor.digest.description)),
            ("size", .int(record.descriptor.size)),
            ("diffID", .string(record.descriptor.diffID.description)),
            ("codec", .string(record.descriptor.codec)),
            ("uncompressedSize", .int(record.uncompressedSize))
        ).bytes
    }

    /// - Returns: `nil` for anything but the exact bytes of a record.
    package static func record(_ bytes: [UInt8]) -> LayerRecord? {
        guard let text = try? JSONDecoder().decode(Text.self, from: Data(bytes)), let key = Digest(text.key),
            let digest = Digest(text.digest), let diffID = Digest(text.diffID)
        else { return nil }
        let descriptor = LayerDescriptor(digest: digest, size: text.size, diffID: diffID, codec: text.codec)
        let record = LayerRecord(key: key, descriptor: descriptor, uncompressedSize: text.uncompressedSize)
        return Self.bytes(record) == bytes ? record : nil
    }

    private struct Text: Decodable {
        let key: String
        let digest: String
        let size: Int64
        let diffID: String
        let codec: String
        let uncompressedSize: Int64
    }
}
