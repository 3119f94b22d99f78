private import FoundationEssentials
package import Hashing

/// An image read back from its stored manifest and configuration, accepted only if both are exactly what this program writes: a truncated or
/// altered object is never taken for an image.
package struct FoundImage: Hashable, Sendable {
    package let manifest: ImageManifest
    package let platform: Platform
    /// The configuration's labels.
    package let labels: [String: String]

    /// The digest and size of the configuration that a manifest names; the first half of reading, since the configuration must be fetched.
    /// - Throws: ``DamagedImage``.
    package static func configuration(of manifest: [UInt8]) throws(DamagedImage) -> (digest: Digest, size: Int) {
        let config = try decode(ManifestText.self, manifest, "manifest").config
        guard let digest = Digest(config.digest) else { throw DamagedImage(reason: "the manifest's configuration has no digest") }
        return (digest, config.size)
    }

    /// - Throws: ``DamagedImage`` that says what is wrong.
    package init(manifest bytes: [UInt8], config: [UInt8]) throws(DamagedImage) {
        let text = try Self.decode(ManifestText.self, bytes, "manifest")
        let settings = try Self.decode(ConfigText.self, config, "configuration")
        guard let configDigest = Digest(text.config.digest), settings.rootfs.diffIDs.count == text.layers.count else {
            throw DamagedImage(reason: "manifest and configuration do not belong together")
        }
        var layers: [LayerDescriptor] = []
        for (layer, diffID) in zip(text.layers, settings.rootfs.diffIDs) {
            guard let digest = Digest(layer.digest), let diffID = Digest(diffID), layer.mediaType.hasPrefix(MediaType.ociLayerPrefix) else {
                throw DamagedImage(reason: "a layer of the manifest is of an unknown kind")
            }
            let codec = String(layer.mediaType.dropFirst(MediaType.ociLayerPrefix.count))
            layers.append(LayerDescriptor(digest: digest, size: layer.size, diffID: diffID, codec: codec))
        }
        guard let platform = Platform.allCases.first(where: { $0.architecture == settings.architecture }) else {
            throw DamagedImage(reason: "the configuration is for the unknown architecture \(settings.architecture)")
        }
        let manifest = ImageManifest(configDigest: configDigest, configSize: text.config.size, layers: layers)
        guard manifest.bytes(.oci) == bytes else { throw DamagedImage(reason: "the manifest is not as it was written") }
        self.manifest = manifest
        self.platform = platform
        labels = settings.config.labels ?? [:]
    }

    private static func decode<Text: Decodable>(_ type: Text.Type, _ bytes: [UInt8], _ name: String) throws(DamagedImage) -> Text {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            throw DamagedImage(reason: "the \(name) cannot be read")
        }
    }

    private struct ManifestText: Decodable {
        struct Descriptor: Decodable {
            let mediaType: String
            let digest: String
            let size: Int
        }
        struct Layer: Decodable {
            let mediaType: String
            let digest: String
            let size: Int64
        }
        let config: Descriptor
        let layers: [Layer]
    }

    private struct ConfigText: Decodable {
        struct Settings: Decodable {
            enum CodingKeys: String, CodingKey { case labels = "Labels" }
            let labels: [String: String]?
        }
        struct FileSystem: Decodable {
            enum CodingKeys: String, CodingKey { case diffIDs = "diff_ids" }
            let diffIDs: [String]
        }
        let architecture: String
        let config: Settings
        let rootfs: FileSystem
    }
}

/// Why a stored image cannot be taken as it is.
package struct DamagedImage: Error, Hashable, Sendable, CustomStringConvertible {
    package let reason: String

    package init(reason: String) { self.reason = reason }

    package var description: String { reason }
}
