extension NixTool {
    private static let configurationTimeout = Duration.seconds(30)

    private struct Configuration: Decodable {
        struct Setting<Value: Decodable>: Decodable { let value: Value }

        enum CodingKeys: String, CodingKey {
            case system
            case extraPlatforms = "extra-platforms"
            case systemFeatures = "system-features"
        }

        let system: Setting<String>
        let extraPlatforms: Setting<[String]>?
        let systemFeatures: Setting<[String]>?
    }

    /// What this Nix can build.
    package struct Abilities: Hashable, Sendable {
        /// Its own system first, then its `extra-platforms`, sorted.
        package let systems: [String]
        /// Its `system-features`, such as `kvm`, sorted.
        package let features: [String]
    }

    /// - Throws: ``NixFailure``, also when Nix is not installed; `CancellationError`.
    package func abilities() async throws -> Abilities {
        let feature = ["--extra-experimental-features", "nix-command"]
        let output: [UInt8]
        do {
            output = try await query("nix config show", "nix", feature + ["config", "show", "--json"])
        } catch let failure as NixFailure where failure.kind != .nixMissing {
            // Before Nix 2.20 it had another name.
            output = try await query("nix show-config", "nix", feature + ["show-config", "--json"])
        }
        let configuration = try Self.decode(Configuration.self, output, from: "nix config show --json")
        let own = configuration.system.value
        let extra = Set(configuration.extraPlatforms?.value ?? []).subtracting([own])
        return Abilities(
            systems: [own] + extra.sorted(by: StorePathText.precedes),
            features: (configuration.systemFeatures?.value ?? []).sorted(by: StorePathText.precedes)
        )
    }

    /// Nix's version, such as `2.8.0`.
    /// - Throws: ``NixFailure``, also when Nix is not installed; `CancellationError`.
    package func version() async throws -> String {
        let output = try await query("nix-store --version", "nix-store", ["--version"])
        // `nix-store (Nix) 2.8.0`
        guard let version = String(decoding: output, as: UTF8.self).split(whereSeparator: \.isWhitespace).last else {
            throw NixFailure(.internal, "nix-store --version printed nothing")
        }
        return String(version)
    }

    private func query(_ name: String, _ command: String, _ arguments: [String]) async throws -> [UInt8] {
        try await run(command, arguments, for: .query(name), deadline: Self.configurationTimeout)
    }
}
