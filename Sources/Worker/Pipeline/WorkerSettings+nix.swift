package import Nix
package import Operations

extension WorkerSettings {
    /// The limits of Nix's work, under the names that its error messages give.
    /// - Throws: ``SettingsError`` that names the variable and what it takes.
    package static func nix(_ settings: Settings) throws(SettingsError) -> NixSettings {
        var nix = NixSettings()
        nix.builderTimeout = try settings.seconds(NixVariable.builderTimeout.rawValue, default: nix.builderTimeout)
        nix.silenceTimeout = try settings.seconds(NixVariable.silenceTimeout.rawValue, default: nix.silenceTimeout)
        nix.evaluationTimeout = try settings.seconds(NixVariable.evaluationTimeout.rawValue, default: nix.evaluationTimeout)
        nix.evaluationMemory = try settings.integer(
            NixVariable.evaluationMemory.rawValue, default: nix.evaluationMemory ?? 8192, in: 256...1 << 20)
        nix.outputLimit = try settings.integer(NixVariable.outputLimit.rawValue, default: nix.outputLimit, in: 1...1 << 32)
        nix.logLimit = try settings.integer(NixVariable.logLimit.rawValue, default: nix.logLimit, in: 1...1 << 32)
        return nix
    }
}
