package import Operations
package import PopularityData
package import Queue
package import Registry

/// What a frontend is told by its environment. Read once, before anything is started.
package struct FrontendSettings: Sendable {
    package var host: String
    package var port: Int
    package var source: PackageSourceSetting
    package var storage: StorageSettings
    package var layering: LayeringSettings
    package var packing: Recipe.Packing
    package var times: QueueTimes
    /// How long a manifest request waits for its build before it is handed on or told to ask again.
    package var wait: Duration
    /// Whether a wait goes on by redirects; see ``RelayHop``.
    package var relays: Bool
    /// How long ended jobs are kept.
    package var jobMemory: Duration
    package var resolution: ResolutionTimes
    package var policy: PackagePolicy
    package var connections: Int
    package var migrations: String

    /// - Throws: ``SettingsError`` that names the variable and what it takes.
    package init(_ settings: Settings) throws(SettingsError) {
        host = settings.string("NIXERY_HOST") ?? "0.0.0.0"
        port = try settings.integer("PORT", default: 8080, in: 1...65535)
        source = try PackageSourceSetting(settings)
        storage = try StorageSettings(settings)
        layering = try LayeringSettings(settings)
        packing = try Self.packing(settings)
        times = try QueueTimes(settings)
        relays = try settings.choice("NIXERY_RELAY", default: "on", of: ["on", "off"]) == "on"
        wait =
            relays
            ? try settings.seconds("NIXERY_HOP_SECONDS", default: .seconds(20))
            : try settings.seconds("NIXERY_WAIT_SECONDS", default: .seconds(180))
        jobMemory = try settings.seconds("NIXERY_KEEP_JOBS_SECONDS", default: .seconds(30 * 86_400))
        resolution = try ResolutionTimes(settings)
        policy = try Self.policy(settings)
        connections = try settings.integer("NIXERY_DATABASE_CONNECTIONS", default: 6, in: 1...64)
        migrations = settings.string("NIXERY_MIGRATIONS") ?? "Migrations"
    }

    private static func policy(_ settings: Settings) throws(SettingsError) -> PackagePolicy {
        func rules(_ name: String) throws(SettingsError) -> [PackageRule]? {
            guard let text = settings.string(name) else { return nil }
            var rules: [PackageRule] = []
            for word in text.split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
                guard let rule = PackageRule(String(word)) else {
                    throw SettingsError("\(name) has '\(word)'; it takes attributes, for example 'git', 'python3Packages.*' or 'python2*'")
                }
                rules.append(rule)
            }
            return rules
        }
        return PackagePolicy(allowed: try rules("NIXERY_PKGS_ALLOW"), denied: try rules("NIXERY_PKGS_DENY") ?? [])
    }

    private static func packing(_ settings: Settings) throws(SettingsError) -> Recipe.Packing {
        guard let codec = settings.string("NIXERY_LAYER_CODEC") else { return .gzip }
        guard let packing = Recipe.Packing.known.first(where: { $0.codec == codec }) else {
            let codecs = Recipe.Packing.known.map { "'\($0.codec)'" }.joined(separator: " or ")
            throw SettingsError("NIXERY_LAYER_CODEC is '\(codec)'; it takes \(codecs)")
        }
        return packing
    }
}
