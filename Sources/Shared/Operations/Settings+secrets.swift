extension Settings {
    /// The variables that hold secrets. Each may stand in a file instead, as service managers and container platforms hand secrets over:
    /// `DATABASE_URL_FILE` names the file whose text is the value of `DATABASE_URL`.
    package static let secrets = ["DATABASE_URL", "PGPASSWORD", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"]

    /// A secret is a line; whatever is larger is another file.
    private static let secretLimit = 1 << 20

    /// All that `environment` gives, and the secrets that stand in files, read now.
    /// - Throws: ``SettingsError`` for a secret that is given twice or whose file has none. No part of the file is in the message.
    package static func withSecretFiles(_ environment: @escaping @Sendable (String) -> String?) throws(SettingsError) -> Settings {
        let variables = Settings(environment)
        var secrets: [String: String] = [:]
        for name in Self.secrets {
            guard let file = variables.path(name + "_FILE") else { continue }
            guard variables.string(name) == nil else {
                throw SettingsError("\(name) and \(name)_FILE are both set; set exactly one of them")
            }
            secrets[name] = try Self.secret(in: file, of: name + "_FILE")
        }
        return Settings { [secrets] name in secrets[name] ?? environment(name) }
    }

    private static func secret(in file: String, of variable: String) throws(SettingsError) -> String {
        let bytes: [UInt8]
        do {
            bytes = try BoundedFile.read(file, limit: secretLimit)
        } catch {
            throw SettingsError("\(variable): \(error)")
        }
        let lines = bytes.split(omittingEmptySubsequences: true) { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
        guard lines.count == 1, let line = lines.first, !line.contains(0), let text = String(validating: line, as: UTF8.self) else {
            throw SettingsError("\(variable) is '\(file)'; it takes a file that holds one line of text, the secret")
        }
        return text
    }
}
