internal import HTTP
import Hashing

/// Stores blobs: small ones by one request, large ones in parts. Each request carries the SHA-256 and the MD5 of its body, which the store compares.
struct S3Uploader: Sendable {
    let api: S3API
    /// Bytes of a part, at least 5 MiB for Amazon's S3; blobs up to this size are sent by one request. A part is in memory while it is sent.
    let partSize: Int64

    /// Most parts of an object.
    private static let mostParts: Int64 = 10_000

    /// Stores a blob under its digest, unless one of its size is there: whoever wrote it had the store compare its SHA-256.
    func store(_ blob: SpooledBlob) async throws {
        let name = ObjectName.blob(blob.sum.digest)
        if let there = try await api.stat(name), there.size == blob.size { return }
        if blob.size <= partSize {
            let bytes = try blob.bytes(from: 0, count: blob.size)
            try await send(bytes, S3API.Request(method: "PUT", name: name, headers: [("content-type", blob.contentType)]), name)
        } else {
            try await storeParts(blob, name)
        }
        guard let stored = try await api.stat(name) else {
            throw StorageError.damaged(object: api.object(name), reason: "the store took it and does not have it")
        }
        guard stored.size == blob.size else {
            throw StorageError.damaged(object: api.object(name), reason: "it has \(stored.size) bytes instead of \(blob.size)")
        }
    }

    /// Stores a small object that is all in memory.
    func put(_ bytes: [UInt8], as name: ObjectName, contentType: String, ifAbsent: Bool) async throws -> PutOutcome {
        var request = S3API.Request(method: "PUT", name: name, headers: [("content-type", contentType)])
        guard ifAbsent else {
            try await send(bytes, request, name)
            return .stored
        }
        // Not every store knows the precondition, so it is looked at before, too.
        if try await api.stat(name) != nil { return .wasThere }
        request.headers.append(("if-none-match", "*"))
        return try await send(bytes, request, name, accepts: [409, 412]).isSuccess ? .stored : .wasThere
    }

    /// Sends bytes and compares the checksum that the store gives for them.
    @discardableResult
    private func send(
        _ bytes: [UInt8], _ request: S3API.Request, _ name: ObjectName, accepts: Set<Int> = []
    ) async throws -> HTTPResponse {
        var request = request
        request.body = .bytes(bytes)
        request.payload = try SHA256.digest(of: bytes).hex
        let sum = MessageDigests.md5(bytes)
        if let sum { request.headers.append(("content-md5", Base64.encode(sum))) }
        var tries = 0
        while true {
            let response = try await api.send(request, action: "upload", accepts: accepts)
            guard response.isSuccess, let sum, let reason = Self.difference(response, Hexadecimal.encode(sum)) else { return response }
            // An accident on the way; the object is written anew.
            tries += 1
            guard tries < 3 else { throw StorageError.damaged(object: api.object(name), reason: reason) }
        }
    }

    /// Why what was stored is not what was sent, or `nil`. Encrypted objects have tags that are no checksums.
    private static func difference(_ response: HTTPResponse, _ sum: String) -> String? {
        guard let tag = response.headers["ETag"], response.headers["x-amz-server-side-encryption"] != "aws:kms",
            response.headers["x-amz-server-side-encryption-customer-algorithm"] == nil
        else { return nil }
        let text = tag.filter { $0 != "\"" }.lowercased()
        return text.utf8.count == 32 && text != sum ? "its MD5 is \(text) instead of \(sum)" : nil
    }

    // MARK: - In parts

    private func storeParts(_ blob: SpooledBlob, _ name: ObjectName) async throws {
        let begun = try await api.send(
            S3API.Request(method: "POST", name: name, query: [("uploads", "")], headers: [("content-type", blob.contentType)]),
            action: "begin the upload of")
        guard let upload = XMLElement(document: begun.body)?["UploadId"] else {
            throw StorageError.damaged(object: api.object(name), reason: "the store began an upload and did not name it")
        }
        do {
            try await complete(upload, try await sendParts(upload, blob, name), blob, name)
        } catch {
            // Parts of an upload that is not ended take space, unseen. The caller may be cancelled; this is not.
            let api = api
            await Task { await api.abort(upload, name) }.value
            throw error
        }
    }

    private func sendParts(_ upload: String, _ blob: SpooledBlob, _ name: ObjectName) async throws -> [String] {
        let size = max(partSize, (blob.size + Self.mostParts - 1) / Self.mostParts)
        var tags: [String] = []
        var offset: Int64 = 0
        while offset < blob.size {
            let bytes = try blob.bytes(from: offset, count: min(size, blob.size - offset))
            let part = S3API.Request(
                method: "PUT", name: name, query: [("partNumber", String(tags.count + 1)), ("uploadId", upload)])
            let response = try await send(bytes, part, name)
            guard let tag = response.headers["ETag"] else {
                throw StorageError.damaged(object: api.object(name), reason: "the store gave no tag for part \(tags.count + 1)")
            }
            tags.append(tag)
            offset += Int64(bytes.count)
        }
        return tags
    }

    private func complete(_ upload: String, _ tags: [String], _ blob: SpooledBlob, _ name: ObjectName) async throws {
        let parts = tags.enumerated().map { "<Part><PartNumber>\($0 + 1)</PartNumber><ETag>\(Self.escaped($1))</ETag></Part>" }.joined()
        let body = Array("<CompleteMultipartUpload>\(parts)</CompleteMultipartUpload>".utf8)
        var request = S3API.Request(
            method: "POST", name: name, query: [("uploadId", upload)], headers: [("content-type", "application/xml")])
        request.body = .bytes(body)
        request.payload = try SHA256.digest(of: body).hex
        var failures = 0
        while true {
            // 404: an answer was lost, and the upload is complete already; what is there is compared at the end.
            let response = try await api.send(request, action: "complete the upload of", accepts: [404])
            if response.status == 404 {
                guard let stored = try await api.stat(name), stored.size == blob.size else {
                    throw api.failure(response, XMLElement(document: response.body), action: "complete the upload of", name: name)
                }
                return
            }
            // The head of the answer is sent before the outcome is known ("CompleteMultipartUpload", Amazon S3 API reference).
            guard let error = XMLElement(document: response.body), error.name == "Error" else { return }
            failures += 1
            let passes = error["Code"] == "InternalError" || error["Code"] == "SlowDown"
            guard try await api.retry.waits(afterFailures: failures, passes ? .soon : .never) else {
                throw api.failure(response, error, action: "complete the upload of", name: name)
            }
        }
    }

    private static func escaped(_ text: String) -> String {
        text.map { character in
            switch character {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            default: String(character)
            }
        }.joined()
    }
}
