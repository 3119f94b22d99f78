package import HTTP
package import Hashing

/// A bucket of an S3-compatible store.
package struct S3Store: ObjectStore {
    package struct Configuration: Sendable {
        package var bucket: String
        package var endpoint: HTTPAddress
        package var region: String
        package var credentials: S3Credentials
        package var usesPathStyle: Bool
        /// Where blobs wait for their upload.
        package var spool: String
        package var retry = RetryPolicy()
        package var limits = HTTPLimits()
        package var partSize: Int64 = 16 << 20
        package var clock = StorageClock()

        package init(
            bucket: String, endpoint: HTTPAddress, region: String, credentials: S3Credentials, usesPathStyle: Bool, spool: String
        ) {
            self.bucket = bucket
            self.endpoint = endpoint
            self.region = region
            self.credentials = credentials
            self.usesPathStyle = usesPathStyle
            self.spool = spool
        }
    }

    /// In seconds.
    private static let lifetime = 3600

    let api: S3API
    private let uploader: S3Uploader
    private let addresses: BlobAddresses
    private let spool: String

    package init(_ configuration: Configuration, client: HTTPClient) {
        let api = S3API(
            endpoint: configuration.endpoint, bucket: configuration.bucket, usesPathStyle: configuration.usesPathStyle,
            signer: S3Signer(credentials: configuration.credentials, region: configuration.region), client: client,
            retry: configuration.retry, limits: configuration.limits, clock: configuration.clock)
        self.api = api
        uploader = S3Uploader(api: api, partSize: configuration.partSize)
        spool = configuration.spool
        addresses = BlobAddresses(clock: configuration.clock) {
            try await api.stat(.blob($0)) != nil
        } sign: { digest, method in
            let url = try api.signer.url(
                method: method.rawValue, scheme: api.endpoint.scheme, host: api.host, path: api.path(of: .blob(digest)),
                lifetime: Self.lifetime, time: SigningTime(seconds: api.clock.now()))
            return BlobAddresses.Address(url: url, lifetime: .seconds(Self.lifetime))
        }
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
        let response = try await api.send(S3API.Request(method: "GET", name: name), action: "read", accepts: [404], limit: limit)
        return response.status == 404 ? nil : response.body
    }

    package func stat(_ name: ObjectName) async throws -> ObjectInfo? { try await api.stat(name) }

    /// S3 does not say whether there was one, so it is asked before.
    package func delete(_ name: ObjectName) async throws -> Bool {
        defer { addresses.mayBeGone(name) }
        let wasThere = try await api.stat(name) != nil
        _ = try await api.send(S3API.Request(method: "DELETE", name: name), action: "delete", accepts: [404])
        return wasThere
    }

    package func list(prefix: String, page: String?, limit: Int) async throws -> ObjectPage {
        var query = [(name: "list-type", value: "2"), (name: "max-keys", value: String(limit)), (name: "prefix", value: prefix)]
        if let page { query.append((name: "continuation-token", value: page)) }
        let root = try await api.document(S3API.Request(method: "GET", query: query), action: "list")
        let objects = root.all("Contents").compactMap { item -> ListedObject? in
            guard let name = item["Key"].flatMap({ ObjectName(path: $0) }), let size = item["Size"].flatMap({ Int64($0) }) else {
                return nil
            }
            return ListedObject(name: name, size: size, modified: item["LastModified"].flatMap { Timestamp.seconds($0) } ?? 0)
        }
        return ObjectPage(objects: objects, next: root["IsTruncated"] == "true" ? root["NextContinuationToken"] : nil)
    }

    package func locate(_ digest: Digest, for method: BlobMethod) async throws -> BlobLocation? {
        try await addresses.locate(digest, method)
    }

    /// Ends uploads in parts that were begun and neither completed nor ended. Their age is taken by this host's clock: S3 refuses requests
    /// whose clock is more than a quarter of an hour off (RequestTimeTooSkewed), so `age` must only be well above that.
    package func removeLeftovers(olderThan age: Duration) async throws -> Int {
        let limit = api.clock.now() - age.components.seconds
        var count = 0
        var markers: [(name: String, value: String)] = []
        while true {
            let root = try await api.document(S3API.Request(method: "GET", query: [("uploads", "")] + markers), action: "list uploads of")
            for upload in root.all("Upload") {
                guard let name = upload["Key"].flatMap({ ObjectName(path: $0) }), let identifier = upload["UploadId"],
                    let begun = upload["Initiated"].flatMap({ Timestamp.seconds($0) }), begun < limit
                else { continue }
                await api.abort(identifier, name)
                count += 1
            }
            guard root["IsTruncated"] == "true", let key = root["NextKeyMarker"], let upload = root["NextUploadIdMarker"] else {
                return count
            }
            markers = [("key-marker", key), ("upload-id-marker", upload)]
        }
    }

    package func check() async throws {
        _ = try await api.document(S3API.Request(method: "GET", query: [("list-type", "2"), ("max-keys", "1")]), action: "list")
    }
}

extension S3API {
    /// An object's description, or `nil` if there is none.
    func stat(_ name: ObjectName) async throws -> ObjectInfo? {
        let response = try await send(Request(method: "HEAD", name: name), action: "look at", accepts: [404])
        guard response.status != 404 else { return nil }
        guard let size = response.headers["Content-Length"].flatMap({ Int64($0) }) else {
            throw StorageError.damaged(object: object(name), reason: "the store does not say how large it is")
        }
        let modified = response.headers["Last-Modified"].flatMap { HTTPDate.seconds($0) } ?? 0
        return ObjectInfo(size: size, modified: modified, contentType: response.headers["Content-Type"])
    }

    /// Ends an upload in parts. That it fails is told nobody: what is left is found by ``S3Store/removeLeftovers(olderThan:)``.
    func abort(_ upload: String, _ name: ObjectName) async {
        _ = try? await send(
            Request(method: "DELETE", name: name, query: [("uploadId", upload)]), action: "end the upload of", accepts: [404])
    }

    /// An answer that is XML.
    func document(_ request: Request, action: String) async throws -> XMLElement {
        let response = try await send(request, action: action)
        guard let root = XMLElement(document: response.body) else {
            throw StorageError.damaged(object: place, reason: "the store's answer is not the XML that is expected")
        }
        return root
    }
}
