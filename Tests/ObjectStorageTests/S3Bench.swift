import HTTP
import ObjectStorage
import TestSupport
import Testing

/// A store over a ``FakeS3``, with whatever faults the test wants.
struct S3Bench {
    let fake = FakeS3()
    let server: StubServer
    let store: S3Store
    let clock = TestClock()

    /// - Parameter partSize: blobs above it are sent in parts of this size.
    init(
        bucket: String = "bucket", accessKey: String = "key", retry: RetryPolicy = hasty, limits: HTTPLimits = HTTPLimits(),
        partSize: Int64 = 262_144, spool: String = "/tmp",
        fault: @escaping StubServer.Fault = { _ in nil }
    ) throws {
        let fake = fake
        server = try StubServer(fault: fault) { fake.answer($0) }
        var configuration = S3Store.Configuration(
            bucket: bucket, endpoint: try #require(HTTPAddress(server.url)), region: "us-east-1",
            credentials: S3Credentials(accessKey: accessKey, secretKey: "secret"), usesPathStyle: true, spool: spool)
        configuration.retry = retry
        configuration.limits = limits
        configuration.partSize = partSize
        configuration.clock = clock.clock
        store = S3Store(configuration, client: HTTPClient())
    }
}
