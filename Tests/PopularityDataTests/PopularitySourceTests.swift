import HTTP
import Hashing
import Layers
import PopularityData
import TestSupport
import Testing

@Suite struct PopularitySourceTests {
    private static let json = #"{ "b-1": 2, "a-1": 1 }"#

    @Test func readsFilesAndAddresses() async throws {
        let server = try StubServer { _ in StubAnswer(200, text: Self.json) }
        let file = try TemporaryFile(Self.json)
        let pinned = try PinnedPopularity(json: Array(Self.json.utf8))
        #expect(try await PopularitySource(url: "http://127.0.0.1:\(server.port)/p.json").load() == pinned)
        #expect(try await PopularitySource(url: "file://\(file.path)").load() == pinned)
        #expect(try await PopularitySource(file.path).load() == pinned)
        #expect(pinned.popularity.percentile(of: try StorePath("/nix/store/\(String(repeating: "0", count: 32))-b-1")) == 50)
    }

    /// What passes is tried again.
    @Test func outlivesAnUnavailableServer() async throws {
        let count = Counter()
        let server = try StubServer { _ in count.next() == 1 ? StubAnswer(503) : StubAnswer(200, text: Self.json) }
        _ = try await PopularitySource(url: "http://127.0.0.1:\(server.port)/").load()
        #expect(count.value == 2)
    }

    @Test(arguments: [
        (StubAnswer(404), "status 404"), (StubAnswer(200, text: "<html>"), "no JSON object"),
        (StubAnswer(200, text: "[1]"), "no JSON object"),
        (StubAnswer(200, text: #"{"a": "1"}"#), #"value of "a""#), (StubAnswer(200, text: #"{"a": -1}"#), #"value of "a""#),
        (StubAnswer(200, text: #"{"a": null}"#), #"value of "a""#), (StubAnswer(200, text: #"{"a/b": 1}"#), #"names "a/b""#),
        (StubAnswer(200, text: ""), "no JSON object"),
    ])
    func saysWhatIsWrong(answer: StubAnswer, reason: String) async throws {
        let server = try StubServer { _ in answer }
        let error = try #require(
            await #expect(throws: PopularitySourceError.self) {
                try await PopularitySource(url: "http://127.0.0.1:\(server.port)/p.json").load()
            })
        #expect(error.description.contains("127.0.0.1:\(server.port)/p.json"))
        #expect(error.description.contains(reason), "\(error)")
    }

    @Test func anUnreachableServerIsNamed() async throws {
        // The port was free a moment ago, and its server is gone.
        let port = try StubServer { _ in StubAnswer(200) }.port
        let error = try #require(
            await #expect(throws: PopularitySourceError.self) { try await PopularitySource(url: "http://127.0.0.1:\(port)/").load() })
        #expect(error.description.contains("127.0.0.1:\(port)"))
    }

    @Test func tooMuchIsRefusedFromBoth() async throws {
        let large = [UInt8](repeating: UInt8(ascii: " "), count: PopularitySource.sizeLimit + 1)
        let server = try StubServer { _ in StubAnswer(200, body: large) }
        let file = try TemporaryFile(String(decoding: large, as: UTF8.self))
        for source in [try PopularitySource(url: "http://127.0.0.1:\(server.port)/"), try PopularitySource(file.path)] {
            let error = try #require(await #expect(throws: PopularitySourceError.self) { try await source.load() })
            #expect(error.description.contains("64 MiB"), "\(error)")
        }
    }

    @Test(arguments: ["ftp://host/x", "file://relative", "popularity.json", "", "/plain/path"])
    func otherAddressesAreRefused(url: String) {
        let error = #expect(throws: PopularitySourceError.self) { try PopularitySource(url: url) }
        #expect(error?.description.contains("http://, https:// or file:///") == true)
    }

    /// Layout and order do not count; the digest is that of the bytes that are stored.
    @Test func pinningIsCanonical() throws {
        let pinned = try PinnedPopularity(json: Array(Self.json.utf8))
        #expect(String(decoding: pinned.bytes, as: UTF8.self) == #"{"a-1":1,"b-1":2}"#)
        #expect(pinned.digest == (try SHA256.digest(of: pinned.bytes)))
        #expect(try PinnedPopularity(json: Array(#"{"a-1":1,"b-1":2}"#.utf8)) == pinned)
        #expect(try PinnedPopularity(json: pinned.bytes) == pinned)
        #expect(try PinnedPopularity(json: Array(#"{"a-1":1,"b-1":3}"#.utf8)).digest != pinned.digest)
        // More than a signed number holds.
        let large = try PinnedPopularity(json: Array(#"{"a-1":18446744073709551615}"#.utf8))
        #expect(try PinnedPopularity(json: large.bytes) == large)
    }
}
