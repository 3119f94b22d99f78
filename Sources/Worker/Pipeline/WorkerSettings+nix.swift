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
        nix.allowedPlaces = settings.string("NIXERY_ALLOWED_PLACES")?.split(whereSeparator: \.isWhitespace).map(String.init) ?? []
        nix.binaryCache = try binaryCache(settings)
        return nix
    }

    private static func binaryCache(_ settings: Settings) throws(SettingsError) -> BinaryCache? {
        let keyFile = settings.path("NIXERY_BINARY_CACHE_KEY")
        guard let url = settings.string("NIXERY_BINARY_CACHE") else {
            guard keyFile == nil else { throw SettingsError("NIXERY_BINARY_CACHE_KEY is set, but NIXERY_BINARY_CACHE is not") }
            return nil
        }
        do {
            return try BinaryCache(url: url, keyFile: keyFile)
        } catch {
            throw SettingsError("NIXERY_BINARY_CACHE_KEY is '\(keyFile ?? "")': \(error)")
        }
    }
}
