import Glibc
import Hashing
import ObjectStorage
import Records
import Registry

/// The two files that make a directory of blobs an OCI image layout (image-spec 1.1, image-layout.md).
struct OCILayout {
    let directory: String

    func write(_ manifest: StoredManifest, name: String) throws {
        try write("oci-layout", JSON.members(("imageLayoutVersion", "1.0.0")))
        try write(
            "index.json",
            .members(
                ("schemaVersion", .int(2)),
                (
                    "manifests",
                    .array([
                        .members(
                            ("mediaType", .string(manifest.format.mediaType)),
                            ("digest", .string(manifest.digest.description)),
                            ("size", .int(Int64(manifest.bytes.count))),
                            ("annotations", .members(("org.opencontainers.image.ref.name", "latest")))
                        )
                    ])
                )
            )
        )
    }

    private func write(_ file: String, _ content: JSON) throws {
        let path = directory + "/" + file
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw StorageError.lastSystemError(path, action: "write") }
        defer { close(descriptor) }
        let bytes = content.bytes
        let written = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
        guard written == bytes.count else { throw StorageError.lastSystemError(path, action: "write") }
    }
}
