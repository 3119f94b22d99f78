package import Hashing

/// The list of an image's blobs (OCI image-spec 1.1, manifest.md). Its bytes are a function of its values.
package struct ImageManifest: Hashable, Sendable {
    package let configDigest: Digest
    package let configSize: Int
    package let layers: [LayerDescriptor]

    package init(configDigest: Digest, configSize: Int, layers: [LayerDescriptor]) {
        self.configDigest = configDigest
        self.configSize = configSize
        self.layers = layers
    }

    /// The canonical bytes in one of the two forms. Both name the same configuration and the same layers.
    /// - Returns: `nil` for Docker's form of an image whose layers it has no type for (zstd).
    package func bytes(_ format: ManifestFormat) -> [UInt8]? {
        var descriptors: [JSON] = []
        for layer in layers {
            guard let type = Self.layerType(codec: layer.codec, format) else { return nil }
            descriptors.append(Self.descriptor(type, layer.digest, layer.size))
        }
        let configType = format == .oci ? MediaType.ociConfig : MediaType.dockerConfig
        return JSON.members(
            ("schemaVersion", .int(2)),
            ("mediaType", .string(format.mediaType)),
            ("config", Self.descriptor(configType, configDigest, Int64(configSize))),
            ("layers", .array(descriptors))
        ).bytes
    }

    private static func descriptor(_ type: String, _ digest: Digest, _ size: Int64) -> JSON {
        .members(("mediaType", .string(type)), ("digest", .string(digest.description)), ("size", .int(size)))
    }

    private static func layerType(codec: String, _ format: ManifestFormat) -> String? {
        switch format {
        case .oci: MediaType.ociLayerPrefix + codec
        case .docker: codec == "gzip" ? MediaType.dockerGzipLayer : nil
        }
    }
}
