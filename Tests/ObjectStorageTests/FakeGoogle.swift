import Foundation
import ObjectStorage
import Synchronization
import TestSupport

/// As much of Google Cloud Storage as the store uses, in memory: preconditions, checksums, resumable uploads that keep what came before a cut,
/// pages. What the emulators lack or do otherwise is here as Google's documentation has it.
final class FakeGoogle: Sendable {
    struct Object: Sendable {
        var bytes: [UInt8]
        var contentType: String
        var generation: Int
        /// What is said of the bytes, if not the truth.
        var checksum: String?
    }

    struct Session: Sendable {
        var metadata: Metadata
        var total: Int
        var received: [UInt8] = []
        var ifGeneration: String?
        var isFinished = false
    }

    struct Metadata: Codable, Sendable {
        var name: String
        var contentType: String
        var crc32c: String?
    }

    struct State: Sendable {
        var objects: [String: Object] = [:]
        var sessions: [String: Session] = [:]
        var counter = 0
        /// Checksums to lie about, one object each.
        var lies = 0
        /// Sessions to forget at their next use.
        var expiries = 0
        /// Deaf to preconditions, as emulators are.
        var token: String?
    }

    let state = Mutex(State())
    let bucket = "bucket"

    func object(_ name: String) -> Object? { state.withLock { $0.objects[name] } }
    var names: [String] { state.withLock { $0.objects.keys.sorted() } }

    func answer(_ request: StubRequest) -> StubAnswer {
        if let token = state.withLock({ $0.token }), request.query["upload_id"] == nil, request["Authorization"] != "Bearer \(token)" {
            return Self.error(401, "Invalid Credentials")
        }
        let query = request.query
        let parts = request.path.split(separator: "/").map { StubRequest.decoded($0) }
        switch (request.method, parts.count) {
        case ("PUT", _) where query["upload_id"] != nil: return resume(request, query["upload_id"] ?? "")
        case ("POST", 6) where parts[0] == "upload":
            guard parts[4] == bucket, !request.isCut else { return Self.error(404, "The specified bucket does not exist.") }
            return query["uploadType"] == "multipart" ? multipart(request, query) : begin(request, query)
        case ("GET", 5):
            guard parts[3] == bucket else { return Self.error(404, "The specified bucket does not exist.") }
            return list(query)
        case (_, 6): return one(request.method, parts[5], query)
        default: return Self.error(400, "no such method: \(request.method) \(request.path)")
        }
    }

    static func error(_ status: Int, _ message: String) -> StubAnswer {
        StubAnswer(
            status, headers: [("Content-Type", "application/json")], text: "{\"error\": {\"code\": \(status), \"message\": \"\(message)\"}}"
        )
    }

    /// By the store's own means, which FormatTests hold against other ones: a large object takes seconds otherwise.
    private static func checksum(_ bytes: [UInt8]) -> String {
        let value = (try? StreamHash.sum(of: bytes).crc32c) ?? 0
        return Data([24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }).base64EncodedString()
    }

    private static func describe(_ name: String, _ object: Object) -> String {
        """
        {"name": "\(name)", "size": "\(object.bytes.count)", "crc32c": "\(object.checksum ?? checksum(object.bytes))", \
        "generation": "\(object.generation)", "contentType": "\(object.contentType)", "updated": "2024-05-06T07:08:09.123Z"}
        """
    }

    private func one(_ method: String, _ name: String, _ query: [String: String]) -> StubAnswer {
        state.withLock { state in
            guard let object = state.objects[name] else { return Self.error(404, "No such object: \(bucket)/\(name)") }
            if let wanted = query["ifGenerationMatch"], wanted != String(object.generation) { return Self.error(412, "conditionNotMet") }
            switch method {
            case "DELETE":
                state.objects[name] = nil
                return StubAnswer(204)
            case "GET" where query["alt"] == "media":
                return StubAnswer(200, headers: [("Content-Type", object.contentType)], body: object.bytes)
            default: return StubAnswer(200, text: Self.describe(name, object))
            }
        }
    }

    private func list(_ query: [String: String]) -> StubAnswer {
        state.withLock { state in
            let after = query["pageToken"].map { String($0.dropFirst(6)) } ?? ""
            let names = state.objects.keys.filter { $0.hasPrefix(query["prefix"] ?? "") && $0 > after }.sorted()
            let page = names.prefix(Int(query["maxResults"] ?? "") ?? 1000)
            let items = page.compactMap { name in state.objects[name].map { Self.describe(name, $0) } }.joined(separator: ",")
            let next = page.count < names.count ? "\"nextPageToken\": \"after \(page.last ?? "")\", " : ""
            return StubAnswer(200, text: "{\(next)\"items\": [\(items)]}")
        }
    }

    private func write(_ state: inout State, _ metadata: Metadata, _ bytes: [UInt8], _ ifGeneration: String?) -> StubAnswer {
        if ifGeneration == "0", state.objects[metadata.name] != nil { return Self.error(412, "conditionNotMet") }
        if let given = metadata.crc32c, given != Self.checksum(bytes) {
            return Self.error(400, "Provided CRC32C \\\"\(given)\\\" doesn't match calculated CRC32C.")
        }
        state.counter += 1
        var object = Object(bytes: bytes, contentType: metadata.contentType, generation: state.counter)
        if state.lies > 0 {
            state.lies -= 1
            object.checksum = "AAAAAA=="
        }
        state.objects[metadata.name] = object
        return StubAnswer(200, text: Self.describe(metadata.name, object))
    }

    private func multipart(_ request: StubRequest, _ query: [String: String]) -> StubAnswer {
        guard let boundary = request["Content-Type"]?.components(separatedBy: "boundary=").last else {
            return Self.error(400, "no boundary")
        }
        let body = Data(request.body)
        let separator = Data("\r\n\r\n".utf8)
        guard let head = body.range(of: separator), let end = body.range(of: Data("\r\n--\(boundary)\r\n".utf8)),
            let second = body.range(of: separator, in: end.upperBound..<body.endIndex),
            let last = body.range(of: Data("\r\n--\(boundary)--\r\n".utf8), options: .backwards),
            let metadata = try? JSONDecoder().decode(Metadata.self, from: body[head.upperBound..<end.lowerBound])
        else { return Self.error(400, "not multipart") }
        return state.withLock { write(&$0, metadata, [UInt8](body[second.upperBound..<last.lowerBound]), query["ifGenerationMatch"]) }
    }

    private func begin(_ request: StubRequest, _ query: [String: String]) -> StubAnswer {
        guard let metadata = try? JSONDecoder().decode(Metadata.self, from: Data(request.body)),
            let total = request["X-Upload-Content-Length"].flatMap({ Int($0) }), let host = request["Host"]
        else { return Self.error(400, "bad beginning") }
        return state.withLock { state in
            if query["ifGenerationMatch"] == "0", state.objects[metadata.name] != nil { return Self.error(412, "conditionNotMet") }
            state.counter += 1
            let identifier = "session-\(state.counter)"
            state.sessions[identifier] = Session(metadata: metadata, total: total, ifGeneration: query["ifGenerationMatch"])
            let location = "http://\(host)/upload/storage/v1/b/\(bucket)/o?uploadType=resumable&upload_id=\(identifier)"
            return StubAnswer(200, headers: [("Location", location)])
        }
    }

    private func resume(_ request: StubRequest, _ identifier: String) -> StubAnswer {
        state.withLock { state in
            if state.expiries > 0 {
                state.expiries -= 1
                state.sessions[identifier] = nil
            }
            guard var session = state.sessions[identifier] else { return StubAnswer(410, text: "the session is gone") }
            defer { if state.sessions[identifier] != nil { state.sessions[identifier] = session } }
            guard let range = request["Content-Range"], range.hasPrefix("bytes ") else { return Self.error(400, "no range") }
            let words = range.dropFirst(6).split(separator: "/")
            guard words.count == 2, Int(words[1]) == session.total else { return Self.error(400, "another size") }
            if session.isFinished, let object = state.objects[session.metadata.name] {
                return StubAnswer(200, text: Self.describe(session.metadata.name, object))
            }
            if words[0] != "*" {
                let bounds = words[0].split(separator: "-").compactMap { Int($0) }
                guard bounds.count == 2, bounds[0] == session.received.count else { return Self.error(503, "not where this goes on") }
                let isLast = bounds[1] + 1 == session.total
                guard isLast || (bounds[1] + 1 - bounds[0]).isMultiple(of: 262_144) else {
                    return Self.error(400, "not a multiple of 256 KiB")
                }
                // What came before a cut is kept in whole pieces.
                let kept = request.isCut ? request.body.count / 262_144 * 262_144 : request.body.count
                session.received += request.body.prefix(kept)
            }
            guard session.received.count == session.total, !request.isCut else {
                let headers = session.received.isEmpty ? [] : [("Range", "bytes=0-\(session.received.count - 1)")]
                return StubAnswer(308, headers: headers)
            }
            let answer = write(&state, session.metadata, session.received, session.ifGeneration)
            session.isFinished = answer.status == 200
            return answer
        }
    }
}
