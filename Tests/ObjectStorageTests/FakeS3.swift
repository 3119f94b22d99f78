import Foundation
import Hashing
import Synchronization
import TestSupport

/// As much of S3 as the store uses, in memory; it compares the checksums that it is sent, as S3 does.
final class FakeS3: Sendable {
    struct Part: Sendable {
        var bytes: [UInt8]
        var tag: String
    }

    struct State: Sendable {
        var objects: [String: [UInt8]] = [:]
        var uploads: [String: (name: String, parts: [Int: Part])] = [:]
        var counter = 0
        /// Tags to lie about.
        var lies = 0
        /// Completions that answer 200 and say that they failed.
        var hiddenFailures = 0
    }

    let state = Mutex(State())

    func object(_ name: String) -> [UInt8]? { state.withLock { $0.objects[name] } }

    static func error(_ status: Int, _ code: String, _ message: String = "said the fake", headers: [(String, String)] = []) -> StubAnswer {
        StubAnswer(
            status, headers: headers, text: "<?xml version=\"1.0\"?><Error><Code>\(code)</Code><Message>\(message)</Message></Error>")
    }

    func answer(_ request: StubRequest) -> StubAnswer {
        guard !request.isCut else { return StubAnswer(400) }
        let parts = request.path.split(separator: "/", maxSplits: 1)
        guard parts.first == "bucket" else { return Self.error(404, "NoSuchBucket", "The specified bucket does not exist") }
        guard request["Authorization"]?.hasPrefix("AWS4-HMAC-SHA256 Credential=key/") == true else {
            return Self.error(403, "AccessDenied")
        }
        if let sum = request["x-amz-content-sha256"], let actual = try? SHA256.digest(of: request.body), sum != actual.hex {
            return Self.error(400, "XAmzContentSHA256Mismatch")
        }
        let query = request.query
        let name = parts.count > 1 ? String(parts[1]) : nil
        return state.withLock { state in
            switch (request.method, name) {
            case ("GET", nil): list(state, query)
            case ("POST", let name?) where query["uploads"] != nil: begin(&state, name)
            case ("PUT", let name?) where query["uploadId"] != nil: part(&state, name, query, request)
            case ("POST", _?): complete(&state, query["uploadId"] ?? "", request.body)
            case ("DELETE", _?) where query["uploadId"] != nil:
                StubAnswer(state.uploads.removeValue(forKey: query["uploadId"] ?? "") == nil ? 404 : 204)
            case ("PUT", let name?): put(&state, name, request)
            case ("DELETE", let name?): delete(&state, name)
            case (_, let name?): one(state, name, request.method)
            default: Self.error(405, "MethodNotAllowed")
            }
        }
    }

    /// The MD5 that came with the bytes, which ``S3StoreTests`` holds against another; the bytes themselves are known by their SHA-256.
    private func tag(_ state: inout State, _ request: StubRequest) -> String {
        defer { state.lies = max(0, state.lies - 1) }
        guard state.lies == 0, let sum = request["content-md5"].flatMap({ Data(base64Encoded: $0) }) else {
            return "00000000000000000000000000000000"
        }
        return Hexadecimal.encode(sum)
    }

    private func put(_ state: inout State, _ name: String, _ request: StubRequest) -> StubAnswer {
        if request["if-none-match"] == "*", state.objects[name] != nil { return Self.error(412, "PreconditionFailed") }
        state.objects[name] = request.body
        return StubAnswer(200, headers: [("ETag", "\"\(tag(&state, request))\"")])
    }

    private func one(_ state: State, _ name: String, _ method: String) -> StubAnswer {
        guard let bytes = state.objects[name] else { return method == "HEAD" ? StubAnswer(404) : Self.error(404, "NoSuchKey") }
        return StubAnswer(200, headers: [("Last-Modified", "Mon, 06 May 2024 07:08:09 GMT"), ("Content-Type", "x/y")], body: bytes)
    }

    private func delete(_ state: inout State, _ name: String) -> StubAnswer {
        state.objects[name] = nil
        return StubAnswer(204)
    }

    private func begin(_ state: inout State, _ name: String) -> StubAnswer {
        state.counter += 1
        state.uploads["upload-\(state.counter)"] = (name, [:])
        return StubAnswer(200, text: "<Result><UploadId>upload-\(state.counter)</UploadId></Result>")
    }

    private func part(_ state: inout State, _ name: String, _ query: [String: String], _ request: StubRequest) -> StubAnswer {
        guard let upload = query["uploadId"], let number = query["partNumber"].flatMap({ Int($0) }), state.uploads[upload] != nil else {
            return Self.error(404, "NoSuchUpload")
        }
        let tag = tag(&state, request)
        state.uploads[upload]?.parts[number] = Part(bytes: request.body, tag: tag)
        return StubAnswer(200, headers: [("ETag", "\"\(tag)\"")])
    }

    private func complete(_ state: inout State, _ upload: String, _ body: [UInt8]) -> StubAnswer {
        guard let found = state.uploads[upload] else { return Self.error(404, "NoSuchUpload") }
        if state.hiddenFailures > 0 {
            state.hiddenFailures -= 1
            return Self.error(200, "InternalError")
        }
        let text = String(decoding: body, as: UTF8.self)
        let count = text.components(separatedBy: "<PartNumber>").count - 1
        guard count == found.parts.count, found.parts.values.allSatisfy({ text.contains($0.tag) }) else {
            return Self.error(400, "InvalidPart")
        }
        state.objects[found.name] = (1...count).flatMap { found.parts[$0]?.bytes ?? [] }
        state.uploads[upload] = nil
        return StubAnswer(200, text: "<Result><ETag>\"x-\(count)\"</ETag></Result>")
    }

    private func list(_ state: State, _ query: [String: String]) -> StubAnswer {
        if query["uploads"] != nil {
            let items = state.uploads.map {
                "<Upload><Key>\($0.value.name)</Key><UploadId>\($0.key)</UploadId><Initiated>2023-11-14T22:13:20.000Z</Initiated></Upload>"
            }
            return StubAnswer(200, text: "<R>\(items.joined())<IsTruncated>false</IsTruncated></R>")
        }
        let after = query["continuation-token"].map { String($0.dropFirst(2)) } ?? ""
        let names = state.objects.keys.filter { $0.hasPrefix(query["prefix"] ?? "") && $0 > after }.sorted()
        let page = names.prefix(Int(query["max-keys"] ?? "") ?? 1000)
        let items = page.map {
            "<Contents><Key>\($0)</Key><Size>\(state.objects[$0]?.count ?? 0)</Size><LastModified>2024-05-06T07:08:09.000Z</LastModified></Contents>"
        }
        let isTruncated = page.count < names.count
        let next = isTruncated ? "<NextContinuationToken>+/\(page.last ?? "")</NextContinuationToken>" : ""
        return StubAnswer(200, text: "<R>\(items.joined())<IsTruncated>\(isTruncated)</IsTruncated>\(next)</R>")
    }
}

/// MD5 (RFC 1321), written apart from what it tests.
func md5(_ bytes: [UInt8]) -> String {
    let shifts: [UInt32] = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21]
    let constants = (0..<64).map { UInt32(abs(sin(Double($0 + 1))) * 4_294_967_296) }
    var state: [UInt32] = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476]
    var message = bytes + [0x80]
    message += [UInt8](repeating: 0, count: (120 - message.count % 64) % 64)
    message += (0..<8).map { UInt8(truncatingIfNeeded: (UInt64(bytes.count) * 8) >> UInt64($0 * 8)) }
    unsafe message.withUnsafeBufferPointer { message in
        for block in stride(from: 0, to: message.count, by: 64) {
            var (a, b, c, d) = (state[0], state[1], state[2], state[3])
            for round in 0..<64 {
                let (mix, index): (UInt32, Int) =
                    switch round / 16 {
                    case 0: (b & c | ~b & d, round)
                    case 1: (d & b | ~d & c, (5 * round + 1) % 16)
                    case 2: (b ^ c ^ d, (3 * round + 5) % 16)
                    default: (c ^ (b | ~d), 7 * round % 16)
                    }
                let start = block + index * 4
                let word = (0..<4).reduce(UInt32(0)) { $0 | UInt32(unsafe message[start + $1]) << UInt32($1 * 8) }
                let sum = a &+ mix &+ constants[round] &+ word
                let shift = shifts[round / 16 * 4 + round % 4]
                (a, d, c, b) = (d, c, b, b &+ (sum << shift | sum >> (32 - shift)))
            }
            state = zip(state, [a, b, c, d]).map { $0 &+ $1 }
        }
    }
    return Hexadecimal.encode(state.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> UInt32($0 * 8)) } })
}
