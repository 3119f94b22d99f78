import Foundation
import HTTP
import Hashing
import ObjectStorage
import Operations
import TestSupport
import Testing

/// Against servers that others have written, with other clients as independent readers.
@Suite(.serialized) struct LocalServerTests {
    /// What a foreign client says of each object: name, size, SHA-256, content type.
    private func expected(_ blobs: [[UInt8]], manifest: [UInt8]) throws -> [String] {
        let lines = try blobs.map { bytes in
            let digest = try SHA256.digest(of: bytes)
            return "layers/\(digest.hex) \(bytes.count) \(digest.hex) application/x-layer"
        }
        return (lines + ["manifests/abc \(manifest.count) \(try SHA256.digest(of: manifest).hex) application/json"]).sorted()
    }

    /// Bytes of all kinds, line ends among them, from nothing to some chunks.
    private let blobs =
        [0, 1, 1000, 200_000, 3_000_001].map { pattern($0, seed: 9) } + [Array("a\r\nb\nc\r\n\r\n--x--\r\n".utf8), [10], [13, 10]]

    /// Settings, store and an exercise that leaves `blobs` and one manifest.
    private func exercise(_ settings: [String: String]) async throws -> any ObjectStore {
        let store = try StorageSettings(Settings { settings[$0] }).open(environment: { settings[$0] }, logger: silent)
        try await store.check()
        for _ in 0..<2 { for blob in blobs { try await store.store(blob, contentType: "application/x-layer") } }
        let manifest = try #require(ObjectName(path: "manifests/abc"))
        let other = try #require(ObjectName(path: "manifests/def"))
        for name in [manifest, other] {
            #expect(try await store.put(Array("{}".utf8), as: name, contentType: "application/json", ifAbsent: false) == .stored)
        }
        #expect(try await store.delete(other))
        #expect(try await !store.delete(other))
        #expect(try await store.get(manifest, limit: 100) == Array("{}".utf8))
        #expect(try await store.get(other, limit: 100) == nil)
        var listed: [String] = []
        try await store.forEach(prefix: "layers/") { listed.append("\($0.name) \($0.size)") }
        #expect(try listed == blobs.map { "layers/\(try SHA256.digest(of: $0).hex) \($0.count)" }.sorted())
        let now = Int64(Date().timeIntervalSince1970)
        let info = try #require(try await store.stat(manifest))
        #expect(info.size == 2 && info.contentType == "application/json" && abs(info.modified - now) < 600)
        return store
    }

    @Test func googlesEmulatorAndGooglesClient() async throws {
        let server = try StoreServer(.gcs)
        let store = try await exercise([
            "NIXERY_STORAGE_BACKEND": "gcs", "GCS_BUCKET": "bucket", "STORAGE_EMULATOR_HOST": server.url, "NIXERY_SPOOL_PATH": "/tmp",
        ])
        let printed = try StoreServer.run(
            """
            import base64, hashlib
            import google_crc32c
            from google.auth.credentials import AnonymousCredentials
            from google.cloud import storage
            client = storage.Client(project="p", credentials=AnonymousCredentials())
            for blob in client.list_blobs("bucket"):
                data = blob.download_as_bytes()
                assert blob.crc32c == base64.b64encode(google_crc32c.Checksum(data).digest()).decode(), blob.name
                print(blob.name, blob.size, hashlib.sha256(data).hexdigest(), blob.content_type)
            """, environment: ["STORAGE_EMULATOR_HOST=\(server.url)"])
        #expect(try printed.components(separatedBy: "; ") == expected(blobs, manifest: Array("{}".utf8)))
        try await followRedirects(store)
    }

    @Test func motoAndAmazonsClient() async throws {
        let server = try StoreServer(.s3)
        let store = try await exercise([
            "NIXERY_STORAGE_BACKEND": "s3", "S3_BUCKET": "bucket", "S3_ENDPOINT": server.url, "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret", "NIXERY_SPOOL_PATH": "/tmp",
        ])
        let printed = try StoreServer.run(
            """
            import hashlib, sys
            import boto3
            client = boto3.client("s3", endpoint_url=sys.argv[1], region_name="us-east-1", aws_access_key_id="key", aws_secret_access_key="secret")
            for item in client.list_objects_v2(Bucket="bucket")["Contents"]:
                answer = client.get_object(Bucket="bucket", Key=item["Key"])
                print(item["Key"], item["Size"], hashlib.sha256(answer["Body"].read()).hexdigest(), answer["ContentType"])
            """, server.url)
        #expect(try printed.components(separatedBy: "; ") == expected(blobs, manifest: Array("{}".utf8)))
        try await followRedirects(store)
    }

    @Test func partsAgainstMoto() async throws {
        let server = try StoreServer(.s3)
        var configuration = S3Store.Configuration(
            bucket: "bucket", endpoint: try #require(HTTPAddress(server.url)), region: "us-east-1",
            credentials: S3Credentials(accessKey: "key", secretKey: "secret"), usesPathStyle: true, spool: "/tmp")
        configuration.partSize = 5 << 20
        let store = S3Store(configuration, client: HTTPClient())
        let bytes = pattern(12 << 20)
        let digest = try await store.store(bytes)
        #expect(try await store.get(.blob(digest), limit: 12 << 20) == bytes)
        #expect(try await store.removeLeftovers(olderThan: .zero) == 0)
    }

    @Test func aMissingBucketOfEach() async throws {
        let google = try StoreServer(.gcs)
        let settings = [
            "NIXERY_STORAGE_BACKEND": "gcs", "GCS_BUCKET": "absent", "STORAGE_EMULATOR_HOST": google.url, "NIXERY_SPOOL_PATH": "/tmp",
        ]
        let absent = try StorageSettings(Settings { settings[$0] }).open(environment: { _ in nil }, logger: silent)
        let error = await message { try await absent.store([1]) }
        #expect(error.contains("gs://absent") && error.contains("404") && error.contains("GCS_BUCKET"), "\(error)")
    }

    /// What clients get at the addresses that they are sent to; a part of it, too.
    private func followRedirects(_ store: any ObjectStore) async throws {
        let client = HTTPClient()
        for blob in blobs where blob.count > 10 {
            guard case .redirect(let url, _)? = try await store.locate(try SHA256.digest(of: blob), for: .get) else {
                Issue.record("no redirect")
                return
            }
            let whole = try await client.send(HTTPRequest("GET", url), limit: 4 << 20)
            #expect(whole.status == 200 && whole.body == blob)
            let part = try await client.send(HTTPRequest("GET", url, headers: ["Range": "bytes=2-9"]))
            #expect(part.status == 206 && part.body == Array(blob[2..<10]))
        }
        #expect(try await store.locate(try SHA256.digest(of: Array("absent".utf8)), for: .get) == nil)
    }
}
