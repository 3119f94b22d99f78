/// Where blobs are kept.
package enum StorageSettings: Hashable, Sendable {
    case filesystem(path: String)
    case google(Google)
    case s3(S3)

    package struct Google: Hashable, Sendable {
        package let bucket: String
        /// Where an emulator is, as a URL; else Google is asked.
        package let emulator: String?
        package let signsAddresses: Bool
        package let spool: String
    }

    package struct S3: Hashable, Sendable {
        package let bucket: String
        /// As a URL without a path.
        package let endpoint: String
        package let region: String
        package let accessKey: String
        package let secretKey: String
        package let sessionToken: String?
        /// Whether the bucket stands in the path: so with every store but Amazon's.
        package let usesPathStyle: Bool
        package let spool: String
    }

    /// - Throws: ``SettingsError`` for an unknown store or a missing setting of the one that is chosen.
    package init(_ settings: Settings) throws(SettingsError) {
        switch settings.string("NIXERY_STORAGE_BACKEND") ?? "filesystem" {
        case "filesystem": self = .filesystem(path: try Self.directory(settings))
        case "gcs": self = .google(try Google(settings))
        case "s3": self = .s3(try S3(settings))
        case let other:
            throw SettingsError(
                "NIXERY_STORAGE_BACKEND is '\(other)'; it takes 'filesystem' (with STORAGE_PATH), 'gcs' (with GCS_BUCKET) or 's3' (with S3_BUCKET)"
            )
        }
    }

    private static func directory(_ settings: Settings) throws(SettingsError) -> String {
        guard let path = settings.string("STORAGE_PATH") else {
            throw SettingsError(
                "STORAGE_PATH is not set; it names the directory that the frontends and workers share for blobs "
                    + "(or NIXERY_STORAGE_BACKEND names another kind of store: 'gcs', 's3')")
        }
        guard path.hasPrefix("/") else { throw SettingsError("STORAGE_PATH is '\(path)'; it takes an absolute path") }
        return path
    }
}

extension StorageSettings.Google {
    init(_ settings: Settings) throws(SettingsError) {
        guard let bucket = settings.string("GCS_BUCKET") else {
            throw SettingsError("GCS_BUCKET is not set; NIXERY_STORAGE_BACKEND=gcs needs the name of a bucket")
        }
        self.bucket = bucket
        emulator = settings.string("STORAGE_EMULATOR_HOST").map { host in
            let url = host.contains("://") ? host : "http://\(host)"
            return url.hasSuffix("/") ? String(url.dropLast()) : url
        }
        switch settings.string("GCS_SIGNED_URLS") ?? "auto" {
        case "auto": signsAddresses = true
        case "never": signsAddresses = false
        case let other:
            throw SettingsError("GCS_SIGNED_URLS is '\(other)'; it takes 'auto' or 'never' (for a bucket that all may read)")
        }
        spool = try settings.spool()
    }
}

extension StorageSettings.S3 {
    init(_ settings: Settings) throws(SettingsError) {
        func needed(_ name: String) throws(SettingsError) -> String {
            guard let value = settings.string(name) else { throw SettingsError("\(name) is not set; NIXERY_STORAGE_BACKEND=s3 needs it") }
            return value
        }
        bucket = try needed("S3_BUCKET")
        accessKey = try needed("AWS_ACCESS_KEY_ID")
        secretKey = try needed("AWS_SECRET_ACCESS_KEY")
        sessionToken = settings.string("AWS_SESSION_TOKEN")
        region = settings.string("S3_REGION") ?? settings.string("AWS_REGION") ?? "us-east-1"
        let own = settings.string("S3_ENDPOINT")
        endpoint = own ?? "https://s3.\(region).amazonaws.com"
        switch settings.string("S3_ADDRESSING") ?? (own == nil ? "host" : "path") {
        case "path": usesPathStyle = true
        case "host": usesPathStyle = false
        case let other:
            throw SettingsError("S3_ADDRESSING is '\(other)'; it takes 'path' (endpoint/bucket/…) or 'host' (bucket.endpoint/…)")
        }
        spool = try settings.spool()
    }
}

extension Settings {
    /// Where blobs wait for their upload.
    fileprivate func spool() throws(SettingsError) -> String {
        let path = string("NIXERY_SPOOL_PATH") ?? "/var/tmp"
        guard path.hasPrefix("/") else { throw SettingsError("NIXERY_SPOOL_PATH is '\(path)'; it takes an absolute path") }
        return path
    }
}
