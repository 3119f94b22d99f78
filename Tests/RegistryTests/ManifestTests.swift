import Hashing
import Registry
import Testing

@Suite struct ManifestTests {
    @Test(arguments: ["gzip", "zstd"])
    func layersHaveTheTypeOfTheirCodec(codec: String) throws {
        let digest = try SHA256.digest(of: [])
        let layer = LayerDescriptor(digest: digest, size: 5, diffID: digest, codec: codec)
        let bytes = try #require(ImageManifest(configDigest: digest, configSize: 2, layers: [layer]).bytes(.oci))
        #expect(String(decoding: bytes, as: UTF8.self).contains("\"mediaType\":\"application/vnd.oci.image.layer.v1.tar+\(codec)\""))
    }

    /// One layer that Docker's form has no type for is enough.
    @Test func dockerHasNoFormForZstd() throws {
        let digest = try SHA256.digest(of: [])
        let layers = ["gzip", "zstd"].map { LayerDescriptor(digest: digest, size: 5, diffID: digest, codec: $0) }
        #expect(ImageManifest(configDigest: digest, configSize: 2, layers: layers).bytes(.docker) == nil)
        let bytes = try #require(ImageManifest(configDigest: digest, configSize: 2, layers: [layers[0]]).bytes(.docker))
        #expect(String(decoding: bytes, as: UTF8.self).contains("\"application/vnd.docker.image.rootfs.diff.tar.gzip\""))
    }

    @Test func codecsAreDifferentImages() throws {
        var recipe = try RecipeTests.recipe("hello")
        let gzip = try recipe.buildKey()
        recipe.packing = .zstd
        #expect(try recipe.buildKey() != gzip)
        #expect(Recipe.Packing.zstd.packing(for: .oci) == .zstd)
        #expect(Recipe.Packing.zstd.packing(for: .docker) == .gzip)
        #expect(Recipe.Packing.gzip.packing(for: .oci) == .gzip)
        #expect(Recipe.Packing.gzip.packing(for: .docker) == .gzip)
    }
}
