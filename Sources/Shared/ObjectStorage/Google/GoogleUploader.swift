internal import FoundationEssentials
internal import HTTP
import Hashing

/// Stores blobs in a bucket: small ones by one request, large ones by a resumable upload; then checks what the store has.
struct GoogleUploader: Sendable {
    let api: GoogleAPI
    /// Blobs up to this many bytes are sent by one request.
    let smallSize: Int64
    /// Bytes sent at once of larger ones.
    let chunk: Int64

    private struct Metadata: Encodable {
        let name: String
        let contentType: String
        /// The store refuses bytes that have another checksum.
        let crc32c: String
    }

    private enum End: Sendable {
        case stored(GoogleObject)
        /// The precondition failed: there is one.
        case wasThere
    }

    /// Stores a blob under its digest, unless a good one is there.
    func store(_ blob: SpooledBlob) async throws {
        let name = ObjectName.blob(blob.sum.digest)
        var tries = 0
        while true {
            do {
                switch blob.size <= smallSize ? try await sendSmall(blob, name) : try await sendLarge(blob, name) {
                case .stored(let object): try await check(object, blob, name)
                case .wasThere:
                    // Gone between two requests: it is to be stored after all.
                    guard let object = try await api.object(name) else { throw vanished(name) }
                    try await check(object, blob, name)
                }
                return
            } catch let error as StorageError where error.isDamage {
                tries += 1
                guard tries < 3 else { throw error }
            }
        }
    }

    /// Stores a small object that is all in memory.
    func put(_ bytes: [UInt8], as name: ObjectName, contentType: String, ifAbsent: Bool) async throws -> PutOutcome {
        let sum = try StreamHash.sum(of: bytes)
        let response = try await api.send(
            multipart(bytes, sum, name, contentType, ifGeneration: ifAbsent ? 0 : nil), action: "upload", name: name, accepts: [412])
        if response.status == 412 { return .wasThere }
        let object = try GoogleObject.decode(GoogleObject.self, response, object: api.object(name))
        if let reason = object.difference(from: sum) { throw StorageError.damaged(object: api.object(name), reason: reason) }
        return .stored
    }

    /// What is damaged is removed, so that it is neither served nor taken for good by the next try.
    private func check(_ object: GoogleObject, _ blob: SpooledBlob, _ name: ObjectName) async throws {
        guard let reason = object.difference(from: blob.sum) else { return }
        let generation = object.generation.map { "?ifGenerationMatch=\($0)" } ?? ""
        _ = try await api.send(
            HTTPRequest("DELETE", api.address(of: name) + generation), action: "delete the damaged", name: name, accepts: [404, 412])
        throw StorageError.damaged(object: api.object(name), reason: reason)
    }

    private func vanished(_ name: ObjectName) -> StorageError {
        .damaged(object: api.object(name), reason: "the store says both that it is there and that it is not")
    }

    private func sendSmall(_ blob: SpooledBlob, _ name: ObjectName) async throws -> End {
        let bytes = try blob.bytes(from: 0, count: blob.size)
        let request = multipart(bytes, blob.sum, name, blob.contentType, ifGeneration: 0)
        let response = try await api.send(request, action: "upload", name: name, accepts: [412])
        return response.status == 412
            ? .wasThere : .stored(try GoogleObject.decode(GoogleObject.self, response, object: api.object(name)))
    }

    private func multipart(
        _ bytes: [UInt8], _ sum: StreamHash.Sum, _ name: ObjectName, _ contentType: String, ifGeneration: Int64?
    ) -> HTTPRequest {
        // A digest of the content cannot stand in the content.
        let boundary = "nixery-\(sum.digest.hex)"
        let head = "--\(boundary)\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n"
        let middle = "\r\n--\(boundary)\r\nContent-Type: \(contentType)\r\nContent-Transfer-Encoding: binary\r\n\r\n"
        let body = Array(head.utf8) + metadata(sum, name, contentType) + Array(middle.utf8) + bytes + Array("\r\n--\(boundary)--\r\n".utf8)
        return HTTPRequest(
            "POST", api.uploadAddress(of: name, type: "multipart", ifGeneration: ifGeneration),
            headers: ["Content-Type": "multipart/related; boundary=\(boundary)"], body: .bytes(body))
    }

    private func metadata(_ sum: StreamHash.Sum, _ name: ObjectName, _ contentType: String) -> [UInt8] {
        let metadata = Metadata(name: name.path, contentType: contentType, crc32c: sum.googleChecksum)
        // Encoding three strings cannot fail.
        return (try? JSONEncoder().encode(metadata)).map { Array($0) } ?? []
    }

    // MARK: - Resumable

    private func sendLarge(_ blob: SpooledBlob, _ name: ObjectName) async throws -> End {
        var upload = ResumableUpload(size: blob.size, chunk: chunk)
        while true {
            do {
                switch try await carryOut(upload.step, blob, name) {
                case .end(let end): return end
                case .event(let event):
                    let before = upload.failures
                    guard upload.handle(event) else { throw lost(name, event) }
                    if upload.failures > before { try await pause(upload.failures, .soon, lost(name, event)) }
                }
            } catch let error as any RetryableError {
                guard error.retryAdvice != .never else { throw error }
                _ = upload.handle(.failed)
                try await pause(upload.failures, error.retryAdvice, error)
            }
        }
    }

    private enum Outcome {
        case event(ResumableUpload.Event)
        case end(End)
    }

    private func pause(_ failures: Int, _ advice: RetryAdvice, _ error: any Error) async throws {
        guard try await api.retry.waits(afterFailures: failures, advice) else { throw error }
    }

    private func carryOut(_ step: ResumableUpload.Step, _ blob: SpooledBlob, _ name: ObjectName) async throws -> Outcome {
        switch step {
        case .begin: return try await begin(blob, name)
        case .ask(let session): return try await put(session, "bytes */\(blob.size)", .none, name)
        case .send(let session, let offset, let count):
            return try await put(
                session, "bytes \(offset)-\(offset + count - 1)/\(blob.size)", .file(blob.file, offset: offset, length: count), name)
        }
    }

    private func begin(_ blob: SpooledBlob, _ name: ObjectName) async throws -> Outcome {
        let request = HTTPRequest(
            "POST", api.uploadAddress(of: name, type: "resumable", ifGeneration: 0),
            headers: [
                "Content-Type": "application/json; charset=UTF-8", "X-Upload-Content-Type": blob.contentType,
                "X-Upload-Content-Length": String(blob.size),
            ],
            body: .bytes(metadata(blob.sum, name, blob.contentType)))
        let response = try await api.sendOnce(request, action: "begin the upload of", name: name, accepts: [412])
        if response.status == 412 { return .end(.wasThere) }
        guard let session = response.headers["Location"] else {
            throw StorageError.damaged(object: api.object(name), reason: "the store began an upload and did not say where")
        }
        return .event(.began(session: session))
    }

    /// The address of a session is a secret that stands for the right to write: no token goes with it.
    private func put(_ session: String, _ range: String, _ body: HTTPBody, _ name: ObjectName) async throws -> Outcome {
        let request = HTTPRequest("PUT", session, headers: ["Content-Range": range], body: body, limits: api.limits)
        let response: HTTPResponse
        do {
            response = try await api.client.send(request)
        } catch {
            throw StorageError.remote(error, action: "upload", object: api.object(name))
        }
        switch response.status {
        case 200, 201: return .end(.stored(try GoogleObject.decode(GoogleObject.self, response, object: api.object(name))))
        case 308: return .event(.has(Self.received(response.headers["Range"])))
        case 404, 410: return .event(.expired)
        case 412: return .end(.wasThere)
        default: throw api.failure(response, action: "upload", name: name)
        }
    }

    /// `bytes=0-N`, or nothing when the server has nothing.
    private static func received(_ range: String?) -> Int64 {
        guard let last = range?.split(separator: "-").last.flatMap({ Int64($0) }), last < .max else { return 0 }
        return last + 1
    }

    private func lost(_ name: ObjectName, _ event: ResumableUpload.Event) -> StorageError {
        let reason =
            switch event {
            case .expired: "the session of the upload ended several times"
            case .has(let count): "the server wants to go on at byte \(count), which makes no sense"
            case .began, .failed: "the upload does not get on"
            }
        return .remote(RemoteFailure(action: "upload", object: api.object(name), status: nil, reason: reason, retryAdvice: .never))
    }
}

extension StorageError {
    /// Whether bytes were changed on their way.
    fileprivate var isDamage: Bool {
        switch self {
        case .damaged: true
        // The store compares the checksum that came with them.
        case .remote(let failure): failure.status == 400 && (failure.reason.contains("CRC32C") || failure.reason.contains("crc32c"))
        default: false
        }
    }
}
