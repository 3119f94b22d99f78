import FoundationEssentials
package import Logging

/// Nix, as the worker uses it. Every command runs under `nixery-guard`: cancelling the task ends it and all that it started,
/// and the call returns only when no process is left.
package struct NixTool: Sendable {
    let settings: NixSettings
    let logger: Logger

    package init(settings: NixSettings, logger: Logger) {
        self.settings = settings
        self.logger = logger
    }

    /// Runs a command to its good end.
    /// - Returns: what it printed on standard output.
    /// - Throws: ``NixFailure``; `CancellationError`.
    func run(
        _ command: String, _ arguments: [String], for purpose: FailureClassifier.Purpose, log: NixLog? = nil, memory: Int? = nil,
        deadline: Duration? = nil
    ) async throws -> [UInt8] {
        try await result(of: command, arguments, for: purpose, log: log, memory: memory, deadline: deadline).output
    }

    /// The same, with all that was learnt.
    func result(
        of command: String, _ arguments: [String], for purpose: FailureClassifier.Purpose, log: NixLog? = nil, memory: Int? = nil,
        deadline: Duration? = nil
    ) async throws -> GuardedCommand.Result {
        let start = ContinuousClock.now
        let guarded = GuardedCommand(settings: settings, command: command, arguments: arguments, memory: memory, deadline: deadline)
        let result = try await guarded.run(log ?? NixLog(settings: settings))
        logger.debug(
            "nix command ended",
            metadata: ["command": "\(command)", "status": "\(result.status)", "seconds": "\(start.duration(to: .now) / .seconds(1))"]
        )
        let classifier = FailureClassifier(settings: settings, purpose: purpose)
        switch result.stop {
        case .deadline: throw classifier.deadlinePassed(result.log, deadline ?? .zero)
        case .outputLimit: throw classifier.tooMuchOutput()
        case .logLimit(let excess): throw classifier.failure(of: result.log, excess: excess)
        case nil: break
        }
        guard result.status == 0 else { throw classifier.failure(of: result.log, status: result.status) }
        return result
    }

    /// The limits of builders and the binary cache, as options of what builds.
    var buildOptions: [String] {
        limitOptions + (settings.binaryCache?.options ?? [])
    }

    private var limitOptions: [String] {
        [
            "--timeout", "\(settings.builderTimeout.wholeSeconds)", "--max-silent-time", "\(settings.silenceTimeout.wholeSeconds)",
            // A daemon takes this one from trusted users only; what arrives here is counted all the same.
            "--option", "max-build-log-size", "\(settings.logLimit)", "--log-format", "internal-json",
        ]
    }

    static func decode<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8], from command: String) throws(NixFailure) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            let beginning = PlainText.of(String(decoding: bytes.prefix(200), as: UTF8.self))
            throw NixFailure(.internal, "\(command) printed something that this program cannot read: \(beginning)")
        }
    }
}
