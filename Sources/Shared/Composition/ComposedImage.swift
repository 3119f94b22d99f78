import Hashing
package import Layers
package import Records
package import Registry

/// The one place that decides an image's bytes: from a recipe, its layers and what they hold to configuration and manifests.
package struct ComposedImage: Hashable, Sendable {
    package let config: [UInt8]
    package let image: PublishedImage

    /// A layer of the image, in the manifest's order, the symlink layer last.
    package struct Part: Hashable, Sendable {
        package let record: LayerRecord
        /// What `docker history` shows.
        package let comment: String

        package init(record: LayerRecord, comment: String) {
            self.record = record
            self.comment = comment
        }
    }

    /// - Parameter lacking: what every image has and this one has not, since its package set has none. It decides no bytes; whoever pulls is
    ///   told of it.
    /// - Throws: `HashingError`.
    package init(recipe: Recipe, parts: [Part], lacking: [String] = []) throws {
        let config = ImageConfig(
            platform: recipe.platform,
            command: recipe.hasShell ? ["bash"] : nil,
            labels: Self.labels(recipe),
            layers: parts.map { ImageConfig.Layer(diffID: $0.record.descriptor.diffID, comment: $0.comment) }
        ).bytes
        let configDigest = try SHA256.digest(of: config)
        let manifest = ImageManifest(configDigest: configDigest, configSize: config.count, layers: parts.map(\.record.descriptor))
        let oci = manifest.bytes(.oci) ?? []
        let docker = try manifest.bytes(.docker).map { bytes in
            StoredManifest(digest: try SHA256.digest(of: bytes), format: .docker, bytes: bytes)
        }
        self.config = config
        image = PublishedImage(
            oci: StoredManifest(digest: try SHA256.digest(of: oci), format: .oci, bytes: oci),
            docker: docker,
            configDigest: configDigest,
            layerKeys: parts.map(\.record.key),
            caveats: lacking.map(Self.caveat)
        )
    }

    /// What a person should know of an image that is without one of ``ImageName/basePackages``.
    package static func caveat(without name: String) -> String { "The package set has no \(name); the image is without it." }

    /// The label names are those of the OCI image specification's annotations, and one of our own.
    package static func labels(_ recipe: Recipe) -> [ImageConfig.Label] {
        var labels = [ImageConfig.Label("nixery-farm.packages", recipe.packages.joined(separator: " "))]
        if let revision = recipe.source.revision { labels.append(ImageConfig.Label("org.opencontainers.image.revision", revision)) }
        if case .git(let url, _, _) = recipe.source {
            labels.append(ImageConfig.Label("org.opencontainers.image.source", PackageSource.withoutCredentials(url)))
        }
        return labels
    }
}

extension LayerGroup {
    /// What `docker history` shows of the layer: its largest contents by name.
    package var comment: String {
        let names = [anchor.name] + contents.filter { $0 != anchor }.prefix(3).map(\.name)
        return names.joined(separator: " ") + (contents.count > names.count ? " and \(contents.count - names.count) more" : "")
    }
}
