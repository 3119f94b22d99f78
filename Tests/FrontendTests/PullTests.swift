import Foundation
import FrontendServer
import HTTPTypes
import Hashing
import Hummingbird
import HummingbirdTesting
import ObjectStorage
import Operations
import Queue
import Records
import Registry
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct PullTests {
    @Test func manyEqualPullsShareOneBuild() async throws {
        let farm = try await RegistryFixture()
        let image = try await farm.image()
        try await farm.application.test(.router) { client in
            try await withThrowingTaskGroup(of: String?.self) { group in
                for name in ["git/hello", "hello/git"] {
                    for _ in 0..<10 {
                        group.addTask {
                            try await client.execute(uri: "/v2/\(name)/manifests/latest", method: .get) { $0.headers[.contentDigest] }
                        }
                    }
                }
                let job = try await farm.claim()
                #expect(try await farm.queue.complete(job.lease, image))
                for try await digest in group { #expect(digest == image.oci.digest.description) }
            }
            #expect(try await farm.queue.claim(farm.worker, limit: 1).isEmpty)
        }
    }

    @Test(
        arguments: [
            (nil, MediaType.ociManifest), ("*/*", MediaType.ociManifest), (MediaType.dockerManifest, MediaType.dockerManifest),
            ("\(MediaType.dockerManifest), \(MediaType.ociManifest)", MediaType.ociManifest),
        ] as [(String?, String)])
    func acceptDecidesTheForm(accept: String?, type: String) async throws {
        let farm = try await RegistryFixture()
        let image = try await farm.image()
        try await farm.application.test(.router) { client in
            var headers = HTTPFields()
            if let accept { headers[.accept] = accept }
            async let answer = client.execute(uri: "/v2/hello/manifests/latest", method: .get, headers: headers) { $0 }
            let job = try await farm.claim()
            #expect(try await farm.queue.complete(job.lease, image))
            let response = try await answer
            #expect(response.headers[.contentType] == type)
            let digest = try #require(response.headers[.contentDigest])
            #expect(try SHA256.digest(of: Array(response.body.readableBytesView)).description == digest)
            // The form can be asked for by its digest, and a known digest is not sent again.
            let again = try await client.execute(uri: "/v2/hello/manifests/\(digest)", method: .get) { $0 }
            #expect(again.body == response.body)
            let known = try await client.execute(
                uri: "/v2/hello/manifests/\(digest)", method: .get, headers: [.ifNoneMatch: "\"\(digest)\""]
            ) { $0.status }
            #expect(known == .notModified)
        }
    }

    @Test func caveatsAreSentWithTheManifest() async throws {
        let commit = String(repeating: "d", count: 40)
        let farm = try await RegistryFixture(source: .git(url: "https://example.org/set"))
        let image = try await farm.image(caveats: [#"The set "x" has no cacert."#, "Zwölf\nZeilen"])
        try await farm.application.test(.router) { client in
            async let first = client.execute(uri: "/v2/hello/manifests/\(commit)", method: .get) { $0 }
            let job = try await farm.claim()
            #expect(try await farm.queue.complete(job.lease, image))
            for answer in [try await first, try await client.execute(uri: "/v2/hello/manifests/\(commit)", method: .head) { $0 }] {
                #expect(answer.headers[values: .warning] == [#"299 - "The set \"x\" has no cacert.""#, #"299 - "Zw?lf?Zeilen""#])
            }
        }
    }

    @Test func aFailureIsBuiltOnceThoughItIsAskedForTwice() async throws {
        let farm = try await RegistryFixture()
        try await farm.application.test(.router) { client in
            async let head = client.execute(uri: "/v2/hello/manifests/latest", method: .head) { $0.status }
            let job = try await farm.claim()
            #expect(try await farm.queue.fail(job.lease, JobError(.buildFailed, "hello could not be built\n  > last line")))
            #expect(try await head == .notFound)
            let answer = try await client.execute(uri: "/v2/hello/manifests/latest", method: .get) { $0 }
            let body = String(buffer: answer.body)
            #expect(answer.status == .notFound)
            #expect(body.contains(/Remembered for \d+ s/))
            #expect(body.contains("MANIFEST_UNKNOWN") && body.contains("last line") && body.contains("/jobs/\(job.lease.job)/log"))
            #expect(try await farm.queue.claim(farm.worker, limit: 1).isEmpty)
        }
    }

    @Test func aBuildThatTakesTooLongIsNamedWithItsJob() async throws {
        let farm = try await RegistryFixture()
        try await farm.application.test(.router) { client in
            async let waiting = client.execute(uri: "/v2/hello/manifests/latest", method: .get) { $0 }
            while await farm.waiters.jobs.isEmpty { try await nextTurn() }
            await farm.waiters.handOn()
            let answer = try await waiting
            #expect(answer.status == .tooManyRequests)
            #expect(answer.headers[.retryAfter] != nil)
            #expect(String(buffer: answer.body).contains("/jobs/1"))
        }
    }

    @Test func aPinnedImageIsFoundAgainWithoutAJob() async throws {
        let commit = String(repeating: "c", count: 40)
        let farm = try await RegistryFixture(source: .git(url: "https://example.org/set"))
        let image = try await farm.image()
        try await farm.application.test(.router) { client in
            async let first = client.execute(uri: "/v2/hello/manifests/\(commit)", method: .get) { $0.status }
            let job = try await farm.claim()
            #expect(try await farm.queue.complete(job.lease, image))
            #expect(try await first == .ok)
            for method in [HTTPRequest.Method.head, .get] {
                let answer = try await client.execute(uri: "/v2/hello/manifests/\(commit)", method: method) { $0 }
                #expect(answer.status == .ok)
                #expect(answer.headers[.contentLength] == String(image.oci.bytes.count))
            }
            #expect(try await farm.queue.claim(farm.worker, limit: 1).isEmpty)
        }
    }

    @Test(arguments: [
        (HTTPRequest.Method.put, "/v2/hello/manifests/latest", 405), (.post, "/v2/hello/blobs/uploads/", 405), (.get, "/v2/", 200),
        (.get, "/v2/UPPER/manifests/latest", 400), (.get, "/v2/hello/manifests/latest..%20", 404), (.get, "/healthz", 200),
        (.get, "/readyz", 200),
        (.get, "/v2/hello/tags/list?n=0", 200), (.get, "/jobs/77", 404), (.get, "/jobs/x", 404), (.delete, "/jobs/1", 405),
        (.get, "/v2/" + String(repeating: "a/", count: 299) + "a/manifests/latest", 400),
        (.get, "/v2/" + String(repeating: "a", count: 10_000) + "/manifests/latest", 400),
    ])
    func statuses(method: HTTPRequest.Method, path: String, status: Int) async throws {
        let farm = try await RegistryFixture()
        try await farm.application.test(.router) { client in
            let answer = try await client.execute(uri: path, method: method) { $0 }
            #expect(answer.status.code == status)
        }
    }
}

extension HTTPField.Name {
    static let warning = HTTPField.Name("Warning") ?? .eTag
    static let contentDigest = HTTPField.Name("Docker-Content-Digest") ?? .eTag
}
