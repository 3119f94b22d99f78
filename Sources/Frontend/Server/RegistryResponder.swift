import HTTPTypes
import Hashing
package import Hummingbird
import Logging
import NIOCore
import ObjectStorage
import Postgres
import Records
package import Registry

/// Answers every request of the pull side of the distribution protocol, and the addresses for people and load balancers.
package struct RegistryResponder: HTTPResponder {
    package typealias Context = RegistryContext

    let manifests: ManifestService
    let blobs: BlobRoutes
    let jobs: JobPages
    let health: Health
    /// What may be asked for at all.
    let policy: PackagePolicy

    package init(manifests: ManifestService, blobs: BlobRoutes, jobs: JobPages, health: Health, policy: PackagePolicy = .everything) {
        self.manifests = manifests
        self.blobs = blobs
        self.jobs = jobs
        self.health = health
        self.policy = policy
    }

    package func respond(to request: Request, context: Context) async throws -> Response {
        do {
            return try await insistentAnswer(request, context)
        } catch let error as RegistryError {
            return Self.response(error, isHead: request.method == .head)
        } catch is CancellationError {
            throw CancellationError()
        } catch let error as PostgresError {
            context.logger.error("the database did not answer", metadata: ["path": "\(request.uri.path)", "error": "\(error)"])
            return Self.response(.unavailable("the database is out of reach"), isHead: request.method == .head)
        } catch {
            context.logger.error("a request failed", metadata: ["path": "\(request.uri.path)", "error": "\(error)"])
            return Self.response(.unavailable("this frontend cannot answer now"), isHead: request.method == .head)
        }
    }

    /// A request that lost its database connection in the middle is answered anew, for every request only asks: a server that is started
    /// again costs no pull. While there is no connection to be had, the pool waits, and when it has waited in vain, nothing is repeated.
    private func insistentAnswer(_ request: Request, _ context: Context) async throws -> Response {
        for _ in 1...Self.mostInterruptions {
            do {
                return try await answer(request, context)
            } catch let error as PostgresError where error.isConnectionFailure && error.kind != .unreachable {
                context.logger.notice("a request is answered anew", metadata: ["path": "\(request.uri.path)", "error": "\(error)"])
            }
        }
        return try await answer(request, context)
    }

    private static let mostInterruptions = 5

    private func answer(_ request: Request, _ context: Context) async throws -> Response {
        let path = request.uri.path
        guard path == "/v2" || path.hasPrefix("/v2/") else {
            guard request.method == .get || request.method == .head else { throw RegistryError.readOnly }
            switch path {
            case "/healthz": return .text("ok\n")
            case "/readyz": return await health.response()
            default: return try await jobs.respond(path)
            }
        }
        guard request.method == .get || request.method == .head else { throw RegistryError.readOnly }
        let asked = try RegistryRequest(path: path)
        if let name = asked.name { try policy.check(name) }
        switch asked {
        case .version:
            var response = Response.json("{}")
            response.headers[.dockerAPIVersion] = "registry/2.0"
            return response
        case .manifest(_, .digest(let digest)):
            return manifest(try await manifests.manifest(digest: digest), request)
        case .manifest(let name, .tag(let tag)):
            let query = request.uri.queryParameters
            let hop = RelayHop(number: query["hop"].map(String.init), job: query["job"].map(String.init))
            let found = try await manifests.manifest(
                name: name,
                tag: tag,
                format: ManifestFormat(accept: request.accept),
                hop: hop,
                authority: request.head.authority
            )
            switch found {
            case .manifest(let found): return manifest(found, request)
            case .relay(let job):
                return Response(
                    status: .temporaryRedirect, headers: [.location: hop.next(path: path, job: job), .cacheControl: "no-store"])
            }
        case .blob(_, let digest): return try await blobs.respond(digest, to: request, over: context.channel)
        case .tags(let name): return TagList(name: name).response(request)
        case .referrers:
            let index = JSON.members(("schemaVersion", .int(2)), ("mediaType", .string(MediaType.ociIndex)), ("manifests", .array([])))
            var response = Response.json(index.text, type: MediaType.ociIndex)
            if request.uri.queryParameters["artifactType"] != nil { response.headers[.filtersApplied] = "artifactType" }
            return response
        }
    }

    private func manifest(_ manifest: StoredManifest, _ request: Request) -> Response {
        var headers = HTTPFields()
        let etag = "\"\(manifest.digest)\""
        headers[.contentType] = manifest.format.mediaType
        headers[.dockerContentDigest] = manifest.digest.description
        headers[.eTag] = etag
        headers[.vary] = "Accept"
        headers[values: .warning] = manifest.caveats.map(Self.warning)
        if let known = request.headers[.ifNoneMatch], known == "*" || known.contains(etag) {
            return Response(status: .notModified, headers: headers)
        }
        var response = Response(status: .ok, headers: headers)
        if request.method == .head {
            response.headers[.contentLength] = String(manifest.bytes.count)
        } else {
            response = Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: manifest.bytes)))
        }
        return response
    }

    /// A caveat as the miscellaneous persistent warning of RFC 7234, 5.5.7; other than printable ASCII becomes a question mark.
    private static func warning(_ caveat: String) -> String {
        let text = caveat.unicodeScalars.map { 0x20..<0x7f ~= $0.value ? Character($0) : "?" }.reduce(into: "") { text, character in
            if character == "\"" || character == "\\" { text.append("\\") }
            text.append(character)
        }
        return "299 - \"\(text)\""
    }

    private static func response(_ error: RegistryError, isHead: Bool) -> Response {
        var headers = HTTPFields()
        headers[.contentType] = "application/json"
        if let seconds = error.retryAfter { headers[.retryAfter] = String(seconds) }
        if error.status == 405 { headers[.allow] = "GET, HEAD" }
        let status = HTTPResponse.Status(code: error.status)
        var response = Response(status: status, headers: headers)
        if isHead {
            response.headers[.contentLength] = String(error.body.count)
        } else {
            response = Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: error.body)))
        }
        return response
    }
}

extension HTTPField.Name {
    static let warning = HTTPField.Name("Warning") ?? .server
    static let filtersApplied = HTTPField.Name("OCI-Filters-Applied") ?? .server
}

extension Request {
    /// All `Accept` headers as one: clients send either several or one list.
    var accept: String? {
        let values = headers[values: .accept]
        return values.isEmpty ? nil : values.joined(separator: ",")
    }
}

extension Response {
    static func text(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status,
            headers: [.contentType: "text/plain; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text))
        )
    }

    static func json(_ text: String, type: String = "application/json") -> Response {
        Response(status: .ok, headers: [.contentType: type], body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
