import HTTPTypes
package import Hashing
package import Hummingbird
import NIOCore
package import ObjectStorage
package import Publication
import Registry

/// Blobs: of a directory store whole or in part, streamed in bounded memory; of other stores by a redirect. The database is asked only for one that is
/// missing.
package struct BlobRoutes: Sendable {
    package let store: any ObjectStore
    private let library: ManifestLibrary
    private let files = FileIO()

    package init(store: any ObjectStore, library: ManifestLibrary) {
        self.store = store
        self.library = library
    }

    /// - Throws: ``RegistryError`` for a blob that the store does not have.
    package func respond(_ digest: Digest, to request: Request, context: some RequestContext) async throws -> Response {
        let isHead = request.method == .head
        let path: String
        let size: Int64
        switch try await store.locate(digest, for: isHead ? .head : .get) {
        case .file(let file, let count)?: (path, size) = (file, count)
        case .redirect(let url, let lifetime)?: return Self.redirect(to: url, lifetime: lifetime, digest)
        case nil:
            // Damage is mended by the next pull: nothing names the blob any more, so it is built again.
            guard try await library.vanished(digest) else { throw RegistryError.blobUnknown(digest.description) }
            throw RegistryError.blobGone(digest.description)
        }
        var headers = HTTPFields.blob(digest)
        let etag = "\"\(digest)\""
        headers[.eTag] = etag
        if let known = request.headers[.ifNoneMatch], known == "*" || known.contains(etag) {
            return Response(status: .notModified, headers: headers)
        }
        let length = Int(size)
        switch ByteRange(request.headers[.range], size: length) {
        case .unsatisfiable:
            headers[.contentRange] = "bytes */\(length)"
            return Response(status: .rangeNotSatisfiable, headers: headers)
        case .part(let range):
            headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound)/\(length)"
            return try await answer(.partialContent, headers, path, range, isHead: isHead, context: context)
        case .whole:
            guard length > 0 else { return Response(status: .ok, headers: headers) }
            return try await answer(.ok, headers, path, 0...length - 1, isHead: isHead, context: context)
        }
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

    private func answer(
        _ status: HTTPResponse.Status, _ headers: HTTPFields, _ path: String, _ range: ClosedRange<Int>, isHead: Bool,
        context: some RequestContext
    ) async throws -> Response {
        if isHead {
            var response = Response(status: status, headers: headers)
            response.headers[.contentLength] = String(range.count)
            return response
        }
        return Response(status: status, headers: headers, body: try await files.loadFile(path: path, range: range, context: context))
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
