import HTTP
import Logging
import ObjectStorage
import TestSupport

/// A store over a ``FakeGoogle``, with whatever faults the test wants.
struct GoogleBench {
    let fake = FakeGoogle()
    let server: StubServer
    let store: GoogleStore
    let clock = TestClock()

    /// - Parameter chunk: blobs above 256 KiB are sent in chunks of this size.
    init(
        credentials: GoogleCredentials = .anonymous, bucket: String = "bucket", retry: RetryPolicy = hasty,
        limits: HTTPLimits = HTTPLimits(), chunk: Int64 = 524_288,
        spool: String = "/tmp", signsAddresses: Bool = true, signingBase: String = "http://127.0.0.1:1",
        fault: @escaping StubServer.Fault = { _ in nil }
    ) throws {
        let fake = fake
        server = try StubServer(fault: fault) { fake.answer($0) }
        var configuration = GoogleStore.Configuration(bucket: bucket, credentials: credentials, spool: spool)
        configuration.base = server.url
        configuration.signingBase = signingBase
        configuration.signsAddresses = signsAddresses
        configuration.retry = retry
        configuration.limits = limits
        configuration.smallSize = 262_144
        configuration.chunk = chunk
        configuration.clock = clock.clock
        store = GoogleStore(configuration, client: HTTPClient(), logger: silent)
    }
}
