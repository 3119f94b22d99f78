package import Composition
package import ObjectStorage
import Records
import Registry

extension ComposedImage {
    /// Stores what is no layer: the configuration and the manifests.
    /// - Throws: `StorageError`, and what the ledger throws.
    package func store(in store: any ObjectStore, _ ledger: some LayerLedger) async throws {
        let manifests = [image.oci, image.docker].compactMap(\.self)
        try await ledger.reserve([image.configDigest] + manifests.map(\.digest))
        // All at once: each waits for a disk or a server.
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await store.put(config, as: image.configDigest, contentType: MediaType.ociConfig) }
            for manifest in manifests {
                group.addTask { try await store.put(manifest.bytes, as: manifest.digest, contentType: manifest.format.mediaType) }
            }
            try await group.waitForAll()
        }
    }
}
