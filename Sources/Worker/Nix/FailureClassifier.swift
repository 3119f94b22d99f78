/// Turns the end of a Nix command into a ``NixFailure``: a kind for programs, a message for people.
struct FailureClassifier {
    /// What the command was for.
    enum Purpose {
        /// With the packages that were asked for.
        case evaluation([String])
        case build
        /// A question to the store or about the configuration.
        case query(String)
    }

    let settings: NixSettings
    let purpose: Purpose

    /// - Parameter status: the command's exit status, not 0.
    func failure(of log: NixLog, status: Int32) -> NixFailure {
        // The last message ended the command; what came before may have been got over.
        for message in log.errors.reversed().lazy.map({ NixMessage($0) }) {
            if case .evaluation = purpose, message.isOfNothing { return absent(message, status) }
            if let kind = message.kind { return describe(kind, message, log, status) }
        }
        return byStatus(log, status)
    }

    /// A builder, or Nix itself, printed too much.
    func failure(of log: NixLog, excess: NixLog.Excess) -> NixFailure {
        guard let derivation = excess.derivation else {
            return NixFailure(.logLimit, "\(subject) printed more than \(limitText(settings.logLimit, .logLimit))")
        }
        return logLimit(derivation, log, status: nil)
    }

    private func describe(_ kind: NixFailure.Kind, _ message: NixMessage, _ log: NixLog, _ status: Int32) -> NixFailure {
        let derivation = message.derivation
        let name = derivation.map { StorePathText.name($0) } ?? "a build"
        func failure(_ text: String) -> NixFailure {
            NixFailure(kind, text, derivation: derivation, logTail: log.output.tail(of: derivation), exitStatus: status)
        }
        switch kind {
        case .buildFailed:
            guard let ending = message.ending else { return failure("\(name) could not be built: \(Self.shortened(message.text))") }
            return failure("\(name) could not be built: its builder ended with \(ending)")
        case .buildTimedOut:
            let seconds = message.timedOutAfter?.seconds ?? settings.builderTimeout.wholeSeconds
            let limit = NixVariable.builderTimeout.asLimit
            return failure("\(name) could not be built in time: its builder was stopped after \(seconds) s (\(limit))")
        case .buildSilent:
            let seconds = message.timedOutAfter?.seconds ?? settings.silenceTimeout.wholeSeconds
            let limit = NixVariable.silenceTimeout.asLimit
            return failure("\(name) could not be built: its builder printed nothing for \(seconds) s (\(limit))")
        case .logLimit: return logLimit(derivation, log, status: status)
        case .wrongSystem:
            let system = message.requiredSystem.map { "it is for \($0)" } ?? "it is for another system"
            let text = Self.shortened(message.text)
            return failure("\(name) cannot be built here: \(system), or needs features that this machine does not have: \(text)")
        case .outOfDisk: return failure("the disk is full: \(Self.shortened(message.text))")
        case .substituterFailed:
            let reason = message.isOfGit ? Self.gitsReason(log.plainTail).map { "; \($0)" } : nil
            return failure("something could not be fetched: \(Self.shortened(message.text))\(reason ?? "")")
        case .evaluationFailed, .evaluationTimedOut, .nixMissing, .internal:
            return failure("\(subject) failed: \(Self.shortened(message.text))")
        }
    }

    /// What was to be fetched does not exist: asking again is of no use.
    private func absent(_ message: NixMessage, _ status: Int32) -> NixFailure {
        let reason = message.missingCommit.map { "the repository has no commit \($0)" } ?? Self.shortened(message.text)
        return NixFailure(.evaluationFailed, "\(subject) failed: \(reason)", exitStatus: status)
    }

    private func byStatus(_ log: NixLog, _ status: Int32) -> NixFailure {
        let text = Self.shortened(log.errors.last ?? log.plainTail.suffix(10).joined(separator: "\n"))
        func failure(_ kind: NixFailure.Kind, _ message: String) -> NixFailure { NixFailure(kind, message, exitStatus: status) }
        switch (purpose, status) {
        // As a shell says it.
        case (_, 126), (_, 127): return failure(.nixMissing, "\(subject) could not start; is Nix installed and on PATH? \(text)")
        case (.evaluation, 137), (.evaluation, 134), (.evaluation, 139):
            let limit = settings.evaluationMemory.map { " of \($0) MiB (\(NixVariable.evaluationMemory.asLimit))" } ?? ""
            return failure(.evaluationFailed, "\(subject) was ended by signal \(status - 128), perhaps for want of memory\(limit) \(text)")
        case (.evaluation, _): return failure(.evaluationFailed, "\(subject) failed: \(text)")
        // Without a daemon the status is a mask over 100: 1 timed out, 2 another hash, 4 not deterministic (nix-store(1)).
        case (.build, 100...107):
            return failure(status == 101 ? .buildTimedOut : .buildFailed, "the build failed with status \(status): \(text)")
        default: return failure(.internal, "\(subject) failed with status \(status): \(text)")
        }
    }

    private func logLimit(_ derivation: String?, _ log: NixLog, status: Int32?) -> NixFailure {
        let name = derivation.map { StorePathText.name($0) } ?? "a build"
        return NixFailure(
            .logLimit,
            "\(name) could not be built: its builder printed more than \(limitText(settings.logLimit, .logLimit))",
            derivation: derivation, logTail: log.output.tail(of: derivation), exitStatus: status
        )
    }

    /// What failed, as the beginning of a sentence.
    var subject: String {
        switch purpose {
        case .evaluation(let packages):
            let names = packages.prefix(5).joined(separator: ", ")
            return "the evaluation of \(names)" + (packages.count > 5 ? " and \(packages.count - 5) more" : "")
        case .build: return "nix-store --realise"
        case .query(let command): return command
        }
    }

    func limitText(_ bytes: Int, _ variable: NixVariable) -> String { "\(bytes) bytes (\(variable.asLimit))" }

    /// Why Git failed, which it says on a line of its own. Of a server that ssh does not get into, the line before tells.
    private static func gitsReason(_ lines: [String]) -> String? {
        guard let last = lines.lastIndex(where: { $0.hasPrefix("fatal: ") }) else { return nil }
        return last > 0 && lines[last].hasPrefix("fatal: Could not read from remote repository") ? lines[last - 1] : lines[last]
    }

    /// Nix's own words, without what fills screens.
    private static func shortened(_ text: String) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: true).prefix(12)
        return String(lines.joined(separator: "\n").prefix(2_000))
    }
}
