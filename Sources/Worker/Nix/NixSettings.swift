/// How Nix is called, and what it may use up.
package struct NixSettings: Sendable {
    /// How long one builder may run (`NIX_TIMEOUT`). Nix counts in whole seconds; this is rounded up.
    package var builderTimeout: Duration = .seconds(60)
    /// How long one builder may print nothing (`NIXERY_SILENCE_SECONDS`); zero: as long as it likes.
    package var silenceTimeout: Duration = .seconds(300)
    /// How long an evaluation may take, what it builds and downloads included (`NIXERY_EVALUATION_SECONDS`).
    package var evaluationTimeout: Duration = .seconds(300)
    /// Address space of an evaluation in MiB (`NIXERY_EVALUATION_MEMORY`); nil: no limit. Without a Nix daemon the
    /// builders that an evaluation starts are bound by it too, each by itself.
    package var evaluationMemory: Int? = 8_192
    /// Bytes that one builder, or Nix itself in one command, may print (`NIXERY_LOG_LIMIT`).
    package var logLimit = 16 << 20
    /// Bytes of an answer of Nix (`NIXERY_OUTPUT_LIMIT`).
    package var outputLimit = 64 << 20
    /// Lines of a failed builder's output that a ``NixFailure`` carries.
    package var logTailLines = 20
    /// How long Nix and its builders may clean up before they are killed.
    package var grace: Duration = .seconds(5)
    /// Looks up and evaluates packages: a name on `PATH` or a path.
    package var prepareImageCommand = "nixery-prepare-image"
    /// What every restricted evaluation may read beside its package source (`NIXERY_ALLOWED_PLACES`): directories and beginnings of URLs.
    package var allowedPlaces: [String] = []
    /// Where builds are shared with other hosts; nil: nowhere.
    package var binaryCache: BinaryCache?
    /// Runs a command so that nothing outlives it: a name on `PATH` or a path.
    package var guardCommand = "nixery-guard"
    /// The store to work on (`NIX_REMOTE`), such as `daemon`; nil: what the environment or Nix itself decides.
    package var storeURI: String?
    /// All variables that Nix gets from the worker's environment; see ``NixEnvironment``.
    package var environment: [String: String]
    /// Variables on top of these, stronger than they are.
    package var extraEnvironment: [String: String] = [:]

    /// - Parameter environment: what Nix inherits.
    package init(environment: [String: String] = NixEnvironment.inherited()) {
        self.environment = environment
    }

    /// The environment of every Nix command.
    var commandEnvironment: [String: String] {
        var result = environment
        if let storeURI { result["NIX_REMOTE"] = storeURI }
        return result.merging(extraEnvironment) { $1 }
    }
}
