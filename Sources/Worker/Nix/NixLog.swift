import FoundationEssentials

/// Reads what a Nix command prints on standard error: progress, the builders' output, errors.
struct NixLog: Sendable {
    private static let mark = Array("@nix ".utf8)
    /// Level of Nix's error messages.
    private static let errorLevel = 0
    /// Levels above this are of interest to Nix's developers only.
    private static let informationLevel = 3
    private static let mostErrors = 200
    private static let plainTailLines = 40

    private let limit: Int
    private let progress: @Sendable (NixProgress) -> Void
    private let line: @Sendable (String) -> Void
    private let decoder = JSONDecoder()

    private var splitter = LineSplitter()
    private var tracker = ProgressTracker()
    private var reported = NixProgress()
    private var derivations: [UInt64: String] = [:]
    private var messageBytes = 0

    private(set) var output: BuilderOutput
    /// Nix's error messages in their order, plain text.
    private(set) var errors: [String] = []
    /// The last lines that were no records: of a shell, of git, of a Nix that does not know the format.
    private(set) var plainTail: [String] = []
    /// The derivations whose builders were started, in their order.
    private(set) var built: [String] = []
    /// Set when more was printed than allowed.
    private(set) var excess: Excess?

    /// Who printed too much.
    struct Excess: Sendable {
        /// nil: not a builder, but Nix itself.
        let derivation: String?
    }

    init(
        settings: NixSettings,
        progress: @escaping @Sendable (NixProgress) -> Void = { _ in },
        line: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        limit = settings.logLimit
        output = BuilderOutput(tailLines: settings.logTailLines)
        self.progress = progress
        self.line = line
    }

    mutating func append(_ bytes: [UInt8]) {
        var splitter = self.splitter
        self.splitter = LineSplitter()
        splitter.append(bytes) { read($0) }
        self.splitter = splitter
        // In JSON a byte takes up to six; a line that is longer still breaks the limit, whatever it says.
        if splitter.pendingCount / 6 > limit { exceed(derivations.count == 1 ? derivations.first?.value : nil) }
    }

    mutating func finish() {
        var splitter = self.splitter
        self.splitter = LineSplitter()
        splitter.finish { read($0) }
    }

    private mutating func read(_ bytes: ArraySlice<UInt8>) {
        guard excess == nil else { return }
        // Builders print any bytes, and not every Nix repairs them.
        guard bytes.starts(with: Self.mark),
            case let repaired = String(decoding: bytes.dropFirst(Self.mark.count), as: UTF8.self),
            let record = try? decoder.decode(NixLogRecord.self, from: Data(repaired.utf8))
        else { return readPlain(String(decoding: bytes, as: UTF8.self)) }
        switch record.action {
        case "start": start(record)
        case "stop":
            guard let id = record.id else { return }
            derivations[id] = nil
            if tracker.stop(id) { reportProgress() }
        case "result": result(record)
        case "msg": message(record)
        default: break
        }
    }

    private mutating func start(_ record: NixLogRecord) {
        guard let id = record.id, let type = record.type else { return }
        let derivation = type == NixLogRecord.Number.build ? record.string(0) : nil
        derivations[id] = derivation
        if let derivation { built.append(derivation) }
        switch type {
        case NixLogRecord.Number.build, NixLogRecord.Number.builds, NixLogRecord.Number.copyPaths, NixLogRecord.Number.fileTransfer:
            tracker.start(id, type: type, derivation: derivation)
            reportProgress()
        default:
            // Any activity may announce what others will do.
            tracker.start(id, type: type, derivation: nil)
        }
    }

    private mutating func result(_ record: NixLogRecord) {
        guard let id = record.id else { return }
        switch record.type {
        case NixLogRecord.Number.buildLogLine, NixLogRecord.Number.postBuildLogLine:
            guard let text = record.string(0) else { return }
            builderLine(text, of: derivations[id])
        case NixLogRecord.Number.progress:
            tracker.progress(id, done: record.number(0), expected: record.number(1), running: record.number(2), failed: record.number(3))
            reportProgress()
        case NixLogRecord.Number.setExpected:
            tracker.announce(id, type: record.number(0), count: record.number(1))
            reportProgress()
        default: break
        }
    }

    private mutating func builderLine(_ text: String, of derivation: String?) {
        guard let derivation else { return nixLine(text) }
        guard output.append(text, of: derivation) <= limit else { return exceed(derivation) }
        line("\(StorePathText.name(derivation))> \(PlainText.of(text))")
    }

    private mutating func message(_ record: NixLogRecord) {
        guard let text = record.rawMessage ?? record.message else { return }
        let plain = Self.withoutErrorMark(PlainText.of(text))
        if (record.level ?? Self.errorLevel) == Self.errorLevel { addError(record.isInDerivation ? Self.inDerivation(plain) : plain) }
        if (record.level ?? 0) <= Self.informationLevel { nixLine(PlainText.of(record.message ?? text)) }
    }

    private mutating func readPlain(_ text: String) {
        let plain = PlainText.of(text)
        if plain.hasPrefix("error:") {
            addError(Self.withoutErrorMark(plain))
        } else if plain.hasPrefix(" "), !errors.isEmpty, let last = plainTail.last, last.hasPrefix("error:") || last.hasPrefix(" ") {
            // Further lines of a message are indented.
            errors[errors.count - 1] += "\n" + plain
        }
        plainTail.append(String(plain.prefix(500)))
        if plainTail.count > Self.plainTailLines { plainTail.removeFirst() }
        nixLine(plain)
    }

    private mutating func nixLine(_ text: String) {
        messageBytes += text.utf8.count + 1
        guard messageBytes <= limit else { return exceed(nil) }
        line(text)
    }

    private mutating func addError(_ text: String) {
        // Nix 2.8 says how to learn more as an error of its own.
        guard !text.hasPrefix("(use '--show-trace'") else { return }
        errors.append(text)
        // The last is the one that ended the command.
        if errors.count > Self.mostErrors { errors.removeFirst() }
    }

    /// What an error in the function `derivation` is about, of which Nix says only how that function came upon it.
    private static func inDerivation(_ text: String) -> String {
        guard text.contains("list index 0 is out of bounds") || text.contains("empty list") else { return text }
        return "a derivation has an empty list of outputs; it needs at least one, such as \"out\""
    }

    private mutating func exceed(_ derivation: String?) {
        if excess == nil { excess = Excess(derivation: derivation) }
    }

    private mutating func reportProgress() {
        let current = tracker.current
        guard current != reported else { return }
        reported = current
        progress(current)
    }

    private static func withoutErrorMark(_ text: String) -> String {
        var rest = text[...]
        while let first = rest.first, first.isWhitespace { rest.removeFirst() }
        if rest.hasPrefix("error:") { rest = rest.dropFirst("error:".count) }
        while let first = rest.first, first.isWhitespace { rest.removeFirst() }
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        return String(rest)
    }
}
