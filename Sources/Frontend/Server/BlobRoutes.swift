import HTTPTypes
package import Hashing
package import Hummingbird
import NIOCore
package import ObjectStorage
package import Publication
import Registry

/// Blobs: of a directory store whole or in part, from the file straight to the connection; of other stores by a redirect. The database is asked
/// only for one that is missing.
package struct BlobRoutes: Sendable {
    package let store: any ObjectStore
    private let library: ManifestLibrary
    /// How long a client may take nothing of a blob before it counts as gone.
    private let patience: Duration

    package init(store: any ObjectStore, library: ManifestLibrary, patience: Duration = .seconds(60)) {
        self.store = store
        self.library = library
        self.patience = patience
    }

    /// - Throws: ``RegistryError`` for a blob that the store does not have.
    package func respond(_ digest: Digest, to request: Request, over channel: any Channel) async throws -> Response {
        switch try await store.locate(digest, for: request.method == .head ? .head : .get) {
        case .file(let path, let size)?: try await answer(digest, path: path, size: Int(size), to: request, over: channel)
        case .redirect(let url, let lifetime)?: Self.redirect(to: url, lifetime: lifetime, digest)
        case nil: throw try await missing(digest)
        }
    }

    /// Why there is no such blob. Damage is mended by the next pull: nothing names the blob any more, so it is built again.
    private func missing(_ digest: Digest) async throws -> RegistryError {
        try await library.vanished(digest) ? .blobGone(digest.description) : .blobUnknown(digest.description)
    }

    /// The store serves the blob by itself, `Range` included. The answer is good for as long as the address is.
    private static func redirect(to url: String, lifetime: Duration?, _ digest: Digest) -> Response {
        var headers = HTTPFields()
        headers[.location] = url
        headers[.dockerContentDigest] = digest.description
        // The address may be signed: nobody but the one who asked is to keep it.
        headers[.cacheControl] = lifetime.map { "private, max-age=\($0.components.seconds)" } ?? "public, max-age=300"
        return Response(status: .temporaryRedirect, headers: headers)
    }

    /// The file, or the part of it that is asked for. It is opened only when its bytes are to be sent.
    private func answer(_ digest: Digest, path: String, size: Int, to request: Request, over channel: any Channel) async throws -> Response
    {
        let etag = "\"\(digest)\""
        var response = Response(status: .ok, headers: .blob(digest))
        response.headers[.eTag] = etag
        if let known = request.headers[.ifNoneMatch], known == "*" || known.contains(etag) {
            response.status = .notModified
            return response
        }
        guard request.method != .head else {
            response.headers[.contentLength] = String(size)
            return response
        }
        var range = 0..<size
        // What follows another ETag is a part of another blob (RFC 9110, 13.1.5).
        switch ByteRange(request.headers[.ifRange] ?? etag == etag ? request.headers[.range] : nil, size: size) {
        case .whole: break
        case .part(let part):
            response.status = .partialContent
            response.headers[.contentRange] = "bytes \(part.lowerBound)-\(part.upperBound)/\(size)"
            range = Range(part)
        case .unsatisfiable:
            response.status = .rangeNotSatisfiable
            response.headers[.contentRange] = "bytes */\(size)"
            return response
        }
        guard let file = try FileBody(path: path) else { throw try await missing(digest) }
        response.body = ResponseBody(contentLength: range.count) { [range, patience] writer in
            try await file.send(range, over: channel, patience: patience)
            try await writer.finish(nil)
        }
        return response
    }
}

extension HTTPFields {
    static func blob(_ digest: Digest) -> HTTPFields {
        var headers = HTTPFields()
        headers[.contentType] = "application/octet-stream"
        headers[.dockerContentDigest] = digest.description
        headers[.acceptRanges] = "bytes"
        // A digest names the same bytes for ever.
        headers[.cacheControl] = "public, max-age=31536000, immutable"
        return headers
    }
}
