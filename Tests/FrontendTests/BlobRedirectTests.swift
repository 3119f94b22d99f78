import FrontendServer
import HTTPTypes
import Hashing
import Hummingbird
import HummingbirdTesting
import ObjectStorage
import Testing

/// A store that has one blob and serves it elsewhere.
private struct ElsewhereStore: ObjectStore {
    let digest: Digest
    let lifetime: Duration?

    var place: String { "elsewhere" }
    func locate(_ digest: Digest, for method: BlobMethod) -> BlobLocation? {
        digest == self.digest ? .redirect(url: "https://store.example/\(method.rawValue)?signature=x", lifetime: lifetime) : nil
    }
    func beginBlob(contentType: String) throws -> any BlobWriter { throw StorageError.missing(digest) }
    func put(_ bytes: [UInt8], as name: ObjectName, contentType: String, ifAbsent: Bool) -> PutOutcome { .wasThere }
    func get(_ name: ObjectName, limit: Int) -> [UInt8]? { nil }
    func stat(_ name: ObjectName) -> ObjectInfo? { nil }
    func delete(_ name: ObjectName) -> Bool { false }
    func list(prefix: String, page: String?, limit: Int) -> ObjectPage { ObjectPage(objects: [], next: nil) }
    func removeLeftovers(olderThan age: Duration) -> Int { 0 }
    func check() {}
}

@Suite(.timeLimit(.minutes(5))) struct BlobRedirectTests {
    @Test(arguments: [(Duration.seconds(1800), "private, max-age=1800"), (nil, "public, max-age=300")] as [(Duration?, String)])
    func clientsAreSentToTheStore(lifetime: Duration?, caching: String) async throws {
        let digest = try SHA256.digest(of: [1])
        let farm = try await RegistryFixture()
        let routes = BlobRoutes(store: ElsewhereStore(digest: digest, lifetime: lifetime), library: farm.library)
        let router = Router(context: RegistryContext.self)
        for method in [HTTPRequest.Method.get, .head] {
            router.on("/blob", method: method) { try await routes.respond(digest, to: $0, over: $1.channel) }
        }
        try await Application(responder: router.buildResponder()).test(.router) { client in
            for method in [HTTPRequest.Method.get, .head] {
                let response = try await client.execute(uri: "/blob", method: method, headers: [.range: "bytes=0-1"])
                #expect(response.status.code == 307)
                // A signature is good for one method.
                #expect(response.headers[.location] == "https://store.example/\(method.rawValue)?signature=x")
                #expect(response.headers[.cacheControl] == caching)
            }
        }
    }
}
