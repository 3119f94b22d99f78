/// The media types of the OCI image specification and of Docker's schema 2 that this registry speaks.
package enum MediaType {
    package static let ociManifest = "application/vnd.oci.image.manifest.v1+json"
    package static let ociIndex = "application/vnd.oci.image.index.v1+json"
    package static let ociConfig = "application/vnd.oci.image.config.v1+json"
    package static let ociLayerPrefix = "application/vnd.oci.image.layer.v1.tar+"
    package static let dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
    package static let dockerConfig = "application/vnd.docker.container.image.v1+json"
    package static let dockerGzipLayer = "application/vnd.docker.image.rootfs.diff.tar.gzip"
}

/// The two forms in which one image is described.
package enum ManifestFormat: String, Sendable, Hashable, CaseIterable {
    case oci
    case docker

    package var mediaType: String {
        switch self {
        case .oci: MediaType.ociManifest
        case .docker: MediaType.dockerManifest
        }
    }

    /// The form of stored bytes, by the media type that they say of themselves; `nil` for what is no manifest.
    package init?(of bytes: [UInt8]) {
        guard let form = Self.allCases.first(where: { bytes.starts(with: #"{"schemaVersion":2,"mediaType":"\#($0.mediaType)","#.utf8) })
        else {
            return nil
        }
        self = form
    }

    /// The form that an `Accept` header asks for: OCI when both or neither are named (RFC 9110 12.5.1, weights apart: no client sends any).
    package init(accept: String?) {
        guard let accept else {
            self = .oci
            return
        }
        self = accept.contains(MediaType.dockerManifest) && !accept.contains(MediaType.ociManifest) ? .docker : .oci
    }
}
