package import Nix
package import Operations

extension WorkerSettings {
    /// The limits of Nix's work.
    /// - Throws: ``SettingsError`` that names the variable and what it takes.
    package static func nix(_ settings: Settings) throws(SettingsError) -> NixSettings {
        var nix = NixSettings()
        nix.builderTimeout = try settings.seconds("NIX_TIMEOUT", default: nix.builderTimeout)
        nix.silenceTimeout = try settings.seconds("NIXERY_SILENCE_SECONDS", default: nix.silenceTimeout)
        nix.evaluationTimeout = try settings.seconds("NIXERY_EVALUATION_SECONDS", default: nix.evaluationTimeout)
        nix.logLimit = try settings.integer("NIXERY_LOG_LIMIT", default: nix.logLimit, in: 1...1 << 32)
        return nix
    }
}
