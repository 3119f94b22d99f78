extension Recipe.Packing {
    /// What every client reads.
    package static let gzip = Self(version: 1, codec: "gzip", level: 1)

    /// Smaller, for clients that know it: containerd from 1.5, Docker from 23, Podman, skopeo.
    package static let zstd = Self(version: 1, codec: "zstd", level: 3)

    /// What a farm can be set to.
    package static let known = [gzip, zstd]

    /// What a client of this farm gets that takes manifests of `format`.
    ///
    /// Layers of another codec are other blobs, and so another image: Docker's form has no media type for zstd, and clients that
    /// know no other form than that cannot read such layers.
    package func packing(for format: ManifestFormat) -> Self {
        switch format {
        case .oci: self
        case .docker: codec == Self.gzip.codec ? self : .gzip
        }
    }
}
