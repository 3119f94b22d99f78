package import HTTP
package import Hashing
package import Logging

/// A bucket of Google Cloud Storage.
package struct GoogleStore: ObjectStore {
    package struct Configuration: Sendable {
        package var bucket: String
        /// The storage service; that of an emulator where one is used.
        package var base = "https://storage.googleapis.com"
        /// The service that signs for accounts whose key is not at hand.
        package var signingBase = "https://iamcredentials.googleapis.com"
        package var credentials: GoogleCredentials
        /// Where blobs wait for their upload.
        package var spool: String
        /// Whether clients get signed addresses; else public ones, for a bucket that all may read.
        package var signsAddresses = true
        package var retry = RetryPolicy()
        package var limits = HTTPLimits()
        package var smallSize: Int64 = 2 << 20
        package var chunk: Int64 = 32 << 20
        package var clock = StorageClock()

        package init(bucket: String, credentials: GoogleCredentials, spool: String) {
            self.bucket = bucket
            self.credentials = credentials
            self.spool = spool
        }
    }

    let api: GoogleAPI
    private let uploader: GoogleUploader
    private let addresses: BlobAddresses
    private let spool: String

    package init(_ configuration: Configuration, client: HTTPClient, logger: Logger) {
        let clock = configuration.clock
        let fetcher = GoogleTokens(credentials: configuration.credentials, client: client, retry: configuration.retry, clock: clock)
        var tokens: (any TokenSource)?
        if case .anonymous = configuration.credentials {} else { tokens = TokenCache(clock: clock) { try await fetcher.fetch() } }
        api = GoogleAPI(
            base: configuration.base, bucket: configuration.bucket, client: client, tokens: tokens, retry: configuration.retry,
            limits: configuration.limits, clock: clock)
        uploader = GoogleUploader(api: api, smallSize: configuration.smallSize, chunk: configuration.chunk)
        spool = configuration.spool
        let api = api
        let signer = GoogleAddressSigner(
            base: configuration.base, bucket: configuration.bucket,
            key: configuration.signsAddresses ? .init(configuration.credentials, fetcher, api, configuration.signingBase) : nil,
            clock: clock, logger: logger)
        addresses = BlobAddresses(clock: clock, exists: { try await api.object(.blob($0)) != nil }, sign: signer.address)
    }

    package var place: String { api.place }

    package func beginBlob(contentType: String) throws -> any BlobWriter {
        let (uploader, addresses) = (uploader, addresses)
        return try SpoolingBlobWriter(directory: spool, contentType: contentType) { blob in
            try await uploader.store(blob)
            addresses.isThere(blob.sum.digest)
        }
    }

    package func put(_ bytes: [UInt8], as name: ObjectName, contentType: String, ifAbsent: Bool) async throws -> PutOutcome {
        try await uploader.put(bytes, as: name, contentType: contentType, ifAbsent: ifAbsent)
    }

    package func get(_ name: ObjectName, limit: Int) async throws -> [UInt8]? {
        let request = HTTPRequest("GET", api.address(of: name) + "?alt=media")
        let response = try await api.send(request, action: "read", name: name, accepts: [404], limit: limit)
        return response.status == 404 ? nil : response.body
    }

    package func stat(_ name: ObjectName) async throws -> ObjectInfo? { try await api.object(name)?.info }

    package func delete(_ name: ObjectName) async throws -> Bool {
        defer { addresses.mayBeGone(name) }
        return try await api.send(HTTPRequest("DELETE", api.address(of: name)), action: "delete", name: name, accepts: [404]).isSuccess
    }

    package func list(prefix: String, page: String?, limit: Int) async throws -> ObjectPage {
        var query = [
            (name: "prefix", value: prefix), (name: "maxResults", value: String(limit)),
            (name: "fields", value: "nextPageToken,items(\(GoogleObject.fields))"),
        ]
        if let page { query.append((name: "pageToken", value: page)) }
        let response = try await api.send(HTTPRequest("GET", "\(api.objects)?\(PercentEncoding.query(query))"), action: "list")
        let found = try GoogleObject.decode(GoogleObject.Page.self, response, object: api.place)
        let objects = (found.items ?? []).compactMap { item in
            ObjectName(path: item.name).flatMap { name in
                item.info.map { ListedObject(name: name, size: $0.size, modified: $0.modified) }
            }
        }
        return ObjectPage(objects: objects, next: found.nextPageToken)
    }

    package func locate(_ digest: Digest, for method: BlobMethod) async throws -> BlobLocation? {
        try await addresses.locate(digest, method)
    }

    /// Uploads leave no objects before they are whole, and Google ends their sessions after a week.
    package func removeLeftovers(olderThan age: Duration) -> Int { 0 }

    package func check() async throws {
        _ = try await api.send(HTTPRequest("GET", api.objects + "?maxResults=1&fields=kind"), action: "list")
    }
}

extension GoogleAPI {
    /// An object's description, or `nil` if there is none.
    func object(_ name: ObjectName) async throws -> GoogleObject? {
        let request = HTTPRequest("GET", address(of: name) + "?fields=\(GoogleObject.fields)")
        let response = try await send(request, action: "look at", name: name, accepts: [404])
        return response.status == 404 ? nil : try GoogleObject.decode(GoogleObject.self, response, object: object(name))
    }
}
