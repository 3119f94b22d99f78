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

    /// A request that lost its database connection in the middle is answered anew, for every request only asks: a server that is started
    /// again costs no pull. The first time at once, then with growing pauses, for as long as a request would wait for a connection. While
    /// there is none to be had, the pool waits, and when it has waited in vain, nothing is repeated.
    package func respond(to request: Request, context: Context) async throws -> Response {
        var interruptions = Interruptions()
        while true {
            do {
                return try await answer(request, context)
            } catch {
                guard Self.isInterruption(error), let pause = interruptions.pause() else { return try refusal(error, request, context) }
                context.logger.notice("a request is answered anew", metadata: ["path": "\(request.uri.path)", "error": "\(error)"])
                try await Task.sleep(for: pause)
            }
        }
    }

    private static func isInterruption(_ error: any Error) -> Bool {
        guard let error = error as? PostgresError else { return false }
        return error.isConnectionFailure && error.kind != .unreachable
    }

    private func refusal(_ error: any Error, _ request: Request, _ context: Context) throws -> Response {
        let isHead = request.method == .head
        switch error {
        case let error as RegistryError: return Self.response(error, isHead: isHead)
        case is CancellationError: throw error
        case is PostgresError:
            context.logger.error("the database did not answer", metadata: ["path": "\(request.uri.path)", "error": "\(error)"])
            return Self.response(.unavailable("the database is out of reach"), isHead: isHead)
        default:
            context.logger.error("a request failed", metadata: ["path": "\(request.uri.path)", "error": "\(error)"])
            return Self.response(.unavailable("this frontend cannot answer now"), isHead: isHead)
        }
    }

    /// Kept small, as ``image(_:_:_:)`` is: thousands of clients may wait in it, each with a frame of its own.
    private func answer(_ request: Request, _ context: Context) async throws -> Response {
        guard request.method == .get || request.method == .head else { throw RegistryError.readOnly }
        guard let asked = try asked(request) else { return try await page(request) }
        switch asked {
        case .manifest(let name, .tag(let tag)): return try await image(name, tag, request)
        case .manifest(_, .digest(let digest)): return manifest(try await manifests.manifest(digest: digest), request)
        case .blob(_, let digest): return try await blobs.respond(digest, to: request, over: context.channel)
        case .tags(let name): return TagList(name: name).response(request)
        case .version: return Self.version
        case .referrers: return Self.referrers(request)
        }
    }

    /// What a request of the protocol asks for; `nil` for the other addresses.
    private func asked(_ request: Request) throws -> RegistryRequest? {
        let path = request.uri.path
        guard path == "/v2" || path.hasPrefix("/v2/") else { return nil }
        let asked = try RegistryRequest(path: path)
        if let name = asked.name { try policy.check(name) }
        return asked
    }

    private func page(_ request: Request) async throws -> Response {
        switch request.uri.path {
        case "/healthz": .text("ok\n")
        case "/readyz": await health.response()
        default: try await jobs.respond(request.uri.path)
        }
    }

    @inline(never) private func image(_ name: String, _ tag: String, _ request: Request) async throws -> Response {
        let found = try await manifests.manifest(
            name: name, tag: tag, format: ManifestFormat(accept: request.accept), hop: Self.hop(request), authority: request.head.authority)
        return response(found, request)
    }

    private func response(_ found: ManifestService.Answer, _ request: Request) -> Response {
        switch found {
        case .manifest(let found): return manifest(found, request)
        case .relay(let job):
            let next = Self.hop(request).next(path: request.uri.path, job: job)
            return Response(status: .temporaryRedirect, headers: [.location: next, .cacheControl: "no-store"])
        }
    }

    private static func hop(_ request: Request) -> RelayHop {
        let query = request.uri.queryParameters
        return RelayHop(number: query["hop"].map(String.init), job: query["job"].map(String.init))
    }

    private static var version: Response {
        var response = Response.json("{}")
        response.headers[.dockerAPIVersion] = "registry/2.0"
        return response
    }

    private static func referrers(_ request: Request) -> Response {
        let index = JSON.members(("schemaVersion", .int(2)), ("mediaType", .string(MediaType.ociIndex)), ("manifests", .array([])))
        var response = Response.json(index.text, type: MediaType.ociIndex)
        if request.uri.queryParameters["artifactType"] != nil { response.headers[.filtersApplied] = "artifactType" }
        return response
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
