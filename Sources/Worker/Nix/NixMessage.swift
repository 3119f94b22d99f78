/// One error message of Nix, read for what it says. Through a daemon every failure has exit status 1, so the words are all there is.
///
/// The words are those of Nix 2.3 to 2.31 and of Lix. A builder's own output, which newer versions quote inside the message
/// behind `>`, is not looked at: it could say anything.
struct NixMessage {
    /// The message without quoted output.
    let text: String

    init(_ message: String) {
        text = message.split(separator: "\n", omittingEmptySubsequences: false)
            .filter { line in
                let trimmed = line.drop { $0.isWhitespace }
                return !trimmed.hasPrefix("> ") && trimmed != ">" && !Self.announcesQuote(trimmed)
            }
            .joined(separator: "\n")
    }

    /// What kind of failure this message stands for; nil where it only follows from another message.
    var kind: NixFailure.Kind? {
        if says("No space left on device", "lack of free disk space", "disk is full", "Disk quota exceeded") { return .outOfDisk }
        if says("killed after writing more than") { return .logLimit }
        if let limit = timedOutAfter { return limit.wasSilent ? .buildSilent : .buildTimedOut }
        if requiresOtherSystem { return .wrongSystem }
        if says("Nix daemon disconnected", "cannot connect to daemon", "cannot connect to socket") { return .internal }
        if isBuildFailure { return .buildFailed }
        if isFetchFailure { return .substituterFailed }
        return nil
    }

    /// The derivation that it is about.
    var derivation: String? { StorePathText.derivation(in: text) }

    /// `timed out after 60 seconds` or `timed out after 60 seconds of silence`.
    var timedOutAfter: (seconds: Int, wasSilent: Bool)? {
        guard let rest = text.rest(after: "timed out after ") else { return nil }
        let words = rest.split(maxSplits: 4) { $0.isWhitespace }
        guard words.count > 1, let seconds = Int(words[0]), words[1].hasPrefix("second") else { return nil }
        return (seconds, words.count > 3 && words[2] == "of" && words[3].hasPrefix("silence"))
    }

    /// `exit code 3` or `signal 9 (Killed)`, as a builder ended.
    var ending: String? {
        for (mark, name) in [("failed with exit code ", "exit code "), ("failed due to signal ", "signal ")] {
            guard let rest = text.rest(after: mark) else { continue }
            // A semicolon or a full stop ends the sentence; a signal's name stands in parentheses.
            return name + rest.prefix { $0 != ";" && $0 != "." && $0 != "\n" && $0 != "," }
        }
        return nil
    }

    /// The system that the derivation is for.
    var requiredSystem: String? {
        if let rest = text.rest(after: "Required system: '") { return String(rest.prefix { $0 != "'" }) }
        guard says("is required to build '") else { return nil }
        guard let rest = text.rest(after: "a '") else { return nil }
        return String(rest.prefix { $0 != "'" })
    }

    private var requiresOtherSystem: Bool {
        says("is required to build '") && says("but I am a '") || says("required system or feature not available")
    }

    private var isBuildFailure: Bool {
        says("builder for '") && says(" failed")
            || says(
                "builder failed with exit code", "builder failed due to signal", "failed to produce output",
                "hash mismatch in fixed-output derivation", "may not be deterministic", "is not allowed to refer to",
                "is not allowed to have direct references", "cycle detected in build of", "cycle detected in the references of"
            )
    }

    /// Whether what had to be fetched was asked for and is not there, so that asking again is of no use.
    var isOfNothing: Bool { missingCommit != nil || says("HTTP error 404", "HTTP error 410") }

    /// The commit that a repository lacks.
    var missingCommit: String? { text.rest(after: "Cannot find Git revision '").map { String($0.prefix { $0 != "'" }) } }

    /// Whether it only says that Git failed.
    var isOfGit: Bool { says("program 'git' failed") }

    private var isFetchFailure: Bool {
        says(
            "unable to download '", "some substitutes for the outputs of derivation", "no substituter that can build it",
            "does not exist in binary cache", "does not exist in the store", "substituter", "cannot open connection to remote store",
            "failed to start SSH connection", "program 'git' failed", "Cannot find Git revision", "Failed to fetch git repository",
            "Could not resolve host", "HTTP error"
        )
    }

    private func says(_ phrases: String...) -> Bool { phrases.contains { text.contains($0) } }

    private static func announcesQuote(_ line: some StringProtocol) -> Bool {
        let lowered = line.lowercased()
        return lowered.hasPrefix("last ") && lowered.contains(" log line") || lowered.hasPrefix("for full logs, run")
            || lowered.hasPrefix("for full logs:")
    }
}

extension StringProtocol {
    /// What stands behind the first occurrence of a phrase.
    fileprivate func rest(after phrase: String) -> SubSequence? {
        guard let range = firstRange(of: phrase) else { return nil }
        return self[range.upperBound...]
    }
}
