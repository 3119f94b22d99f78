import FrontendServer
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Operations
import Queue
import Registry
import Testing

/// Which codec a pull asks the workers for.
@Suite(.timeLimit(.minutes(5))) struct LayerCodecTests {
    private static let both = "\(MediaType.dockerManifest), \(MediaType.ociManifest)"

    @Test(
        arguments: [
            (Recipe.Packing.zstd, nil, "zstd"), (.zstd, "*/*", "zstd"), (.zstd, both, "zstd"), (.zstd, MediaType.ociManifest, "zstd"),
            (.zstd, MediaType.dockerManifest, "gzip"), (.gzip, MediaType.ociManifest, "gzip"), (.gzip, MediaType.dockerManifest, "gzip"),
        ] as [(Recipe.Packing, String?, String)])
    func clientsGetWhatTheyCanRead(packing: Recipe.Packing, accept: String?, codec: String) async throws {
        let farm = try await RegistryFixture(packing: packing)
        let image = try await farm.image()
        try await farm.application.test(.router) { client in
            var headers = HTTPFields()
            if let accept { headers[.accept] = accept }
            async let answer = client.execute(uri: "/v2/hello/manifests/latest", method: .get, headers: headers) { $0.status }
            let job = try await farm.claim()
            #expect(try Recipe(decoding: job.recipe).packing.codec == codec)
            #expect(try await farm.queue.complete(job.lease, image))
            #expect(try await answer == .ok)
        }
    }

    /// Clients of both kinds who ask at once for one image have one build each, of a recipe of its own.
    @Test func eachKindOfClientHasItsOwnBuild() async throws {
        let farm = try await RegistryFixture(packing: .zstd)
        let image = try await farm.image()
        try await farm.application.test(.router) { client in
            try await withThrowingTaskGroup(of: HTTPResponse.Status.self) { group in
                for accept in [MediaType.ociManifest, MediaType.dockerManifest, MediaType.ociManifest, MediaType.dockerManifest] {
                    group.addTask {
                        try await client.execute(uri: "/v2/hello/manifests/latest", method: .get, headers: [.accept: accept]) { $0.status }
                    }
                }
                var codecs: [String] = []
                for _ in 0..<2 {
                    let job = try await farm.claim()
                    codecs.append(try Recipe(decoding: job.recipe).packing.codec)
                    #expect(try await farm.queue.complete(job.lease, image))
                }
                #expect(codecs.sorted() == ["gzip", "zstd"])
                for try await status in group { #expect(status == .ok) }
            }
            #expect(try await farm.queue.claim(farm.worker, limit: 1).isEmpty)
        }
    }

    @Test(arguments: [(nil, Recipe.Packing.gzip), ("gzip", .gzip), ("zstd", .zstd)] as [(String?, Recipe.Packing)])
    func settingChooses(value: String?, packing: Recipe.Packing) throws {
        #expect(try settings(value).packing == packing)
    }

    @Test func settingIsChecked() {
        #expect(throws: SettingsError("NIXERY_LAYER_CODEC is 'lz4'; it takes 'gzip' or 'zstd'")) { try settings("lz4") }
    }

    private func settings(_ codec: String?) throws -> FrontendSettings {
        let values = ["NIXERY_PKGS_PATH": "/srv/set", "STORAGE_PATH": "/srv/store", "NIXERY_LAYER_CODEC": codec ?? ""]
        return try FrontendSettings(Settings { values[$0] })
    }
}
