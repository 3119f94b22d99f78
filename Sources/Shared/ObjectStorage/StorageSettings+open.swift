internal import HTTP
package import Logging
package import Operations

extension StorageSettings {
    /// Opens the store. Remote ones are not asked yet; ``ObjectStore/check()`` does.
    /// - Parameter environment: gives a variable's value: credentials, proxies, certificate authorities.
    /// - Throws: ``StorageError`` for a directory or credentials that cannot be used; `SettingsError` for an address that is none.
    package func open(environment: @Sendable (String) -> String?, logger: Logger) throws -> any ObjectStore {
        switch self {
        case .filesystem(let path): return try DirectoryStore(root: path)
        case .google(let google):
            let credentials = try GoogleCredentials(environment: environment, isEmulated: google.emulator != nil)
            var configuration = GoogleStore.Configuration(bucket: google.bucket, credentials: credentials, spool: google.spool)
            if let emulator = google.emulator {
                guard HTTPAddress(emulator) != nil else {
                    throw SettingsError("STORAGE_EMULATOR_HOST is '\(emulator)'; it takes host:port or a URL")
                }
                configuration.base = emulator
            }
            configuration.signsAddresses = google.signsAddresses
            return GoogleStore(configuration, client: HTTPClient(settings: HTTPSettings(environment: environment)), logger: logger)
        case .s3(let s3):
            guard let endpoint = HTTPAddress(s3.endpoint), endpoint.path == "/", endpoint.query == nil else {
                throw SettingsError("S3_ENDPOINT is '\(s3.endpoint)'; it takes a URL without a path, such as https://s3.example.com")
            }
            let configuration = S3Store.Configuration(
                bucket: s3.bucket, endpoint: endpoint, region: s3.region,
                credentials: S3Credentials(accessKey: s3.accessKey, secretKey: s3.secretKey, sessionToken: s3.sessionToken),
                usesPathStyle: s3.usesPathStyle, spool: s3.spool)
            return S3Store(configuration, client: HTTPClient(settings: HTTPSettings(environment: environment)))
        }
    }
}
