package import Hashing

/// The image configuration (OCI image-spec 1.1, config.md): platform, environment, command, labels, diff IDs, history.
package struct ImageConfig: Hashable, Sendable {
    /// One second after the epoch, the time of every file in the image, so that equal contents have equal digests.
    package static let created = "1970-01-01T00:00:01Z"

    package let platform: Platform
    package let command: [String]?
    /// Label names and values, in the order in which they are written.
    package let labels: [Label]
    package let layers: [Layer]

    package struct Label: Hashable, Sendable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package struct Layer: Hashable, Sendable {
        package let diffID: Digest
        /// What `docker history` shows of the layer.
        package let comment: String

        package init(diffID: Digest, comment: String) {
            self.diffID = diffID
            self.comment = comment
        }
    }

    package init(platform: Platform, command: [String]?, labels: [Label], layers: [Layer]) {
        self.platform = platform
        self.command = command
        self.labels = labels
        self.layers = layers
    }

    /// Where programs find each other and the certificates.
    package static let environment = [
        "PATH=/bin:/usr/bin:/sbin",
        "SSL_CERT_FILE=/etc/ssl/certs/ca-bundle.crt",
        "NIX_SSL_CERT_FILE=/etc/ssl/certs/ca-bundle.crt",
    ]

    /// The canonical bytes.
    package var bytes: [UInt8] {
        JSON.members(
            ("created", .string(Self.created)),
            ("architecture", .string(platform.architecture)),
            ("os", "linux"),
            (
                "config",
                .members(
                    ("Env", .strings(Self.environment)),
                    ("Cmd", command.map { .strings($0) }),
                    ("Labels", .object(labels.map { JSON.Member(name: $0.name, value: .string($0.value)) }))
                )
            ),
            ("rootfs", .members(("type", "layers"), ("diff_ids", .strings(layers.map(\.diffID.description))))),
            (
                "history",
                .array(
                    layers.map {
                        .members(("created", .string(Self.created)), ("created_by", "nixery-farm"), ("comment", .string($0.comment)))
                    }
                )
            )
        ).bytes
    }
}
