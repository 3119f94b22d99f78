internal import FoundationEssentials
internal import HTTP

/// Who asks, as Google's own libraries find it ("Application Default Credentials").
package enum GoogleCredentials: Sendable {
    /// A service account's key from a file.
    case serviceAccount(ServiceAccount)
    /// A person's, as `gcloud auth application-default login` leaves them.
    case user(User)
    /// Those of the machine, from its metadata server.
    case metadata(host: String)
    /// None: an emulator asks for none.
    case anonymous

    package struct ServiceAccount: Sendable {
        package let email: String
        package let keyIdentifier: String?
        package let key: RSAKey
        package let tokenURL: String
        package let file: String
    }

    package struct User: Sendable {
        let clientIdentifier: String
        let clientSecret: String
        let refreshToken: String
        let file: String
    }

    private struct File: Decodable {
        let type: String?
        let client_email: String?
        let private_key: String?
        let private_key_id: String?
        let token_uri: String?
        let client_id: String?
        let client_secret: String?
        let refresh_token: String?
    }

    /// - Parameters:
    ///   - environment: `GOOGLE_APPLICATION_CREDENTIALS`, `CLOUDSDK_CONFIG`, `HOME`, `GCE_METADATA_HOST`.
    ///   - isEmulated: whether an emulator is asked, which needs none.
    /// - Throws: ``StorageError/credentials(_:)`` for a file that is named and cannot be used.
    package init(environment: (String) -> String?, isEmulated: Bool) throws(StorageError) {
        func value(_ name: String) -> String? { environment(name).flatMap { $0.isEmpty ? nil : $0 } }
        if let path = value("GOOGLE_APPLICATION_CREDENTIALS") {
            self = try Self.read(path, why: "GOOGLE_APPLICATION_CREDENTIALS names it")
            return
        }
        if isEmulated {
            self = .anonymous
            return
        }
        let directory = value("CLOUDSDK_CONFIG") ?? value("HOME").map { $0 + "/.config/gcloud" }
        if let path = directory.map({ $0 + "/application_default_credentials.json" }), OpenFile(reading: path) != nil {
            self = try Self.read(path, why: "gcloud has left it there")
            return
        }
        self = .metadata(host: value("GCE_METADATA_HOST") ?? "metadata.google.internal")
    }

    private static func read(_ path: String, why: String) throws(StorageError) -> GoogleCredentials {
        func wrong(_ reason: String) -> StorageError { .credentials("the credentials file \(path) (\(why)) \(reason)") }
        guard let file = OpenFile(reading: path) else { throw wrong("cannot be opened: \(StorageError.lastReason())") }
        guard let bytes = FileBytes.read(file.descriptor, limit: 1 << 20) else {
            throw wrong("cannot be read: \(StorageError.lastReason())")
        }
        guard let content = try? JSONDecoder().decode(File.self, from: Data(bytes)) else { throw wrong("is not the JSON of a key") }
        switch content.type {
        case "service_account":
            guard let email = content.client_email, let pem = content.private_key else { throw wrong("lacks client_email or private_key") }
            guard let key = RSAKey(pem: pem) else { throw wrong("has a private_key that is no RSA key in PEM form") }
            return .serviceAccount(
                ServiceAccount(
                    email: email, keyIdentifier: content.private_key_id, key: key,
                    tokenURL: content.token_uri ?? "https://oauth2.googleapis.com/token", file: path))
        case "authorized_user":
            guard let identifier = content.client_id, let secret = content.client_secret, let token = content.refresh_token else {
                throw wrong("lacks client_id, client_secret or refresh_token")
            }
            return .user(User(clientIdentifier: identifier, clientSecret: secret, refreshToken: token, file: path))
        case let type:
            throw wrong("has the type '\(type ?? "")'; a service account's key ('service_account') or a login ('authorized_user') is taken")
        }
    }
}
