/// One line of Nix's `--log-format internal-json`, without its `@nix ` mark.
struct NixLogRecord: Decodable {
    /// The kinds of activities and results that are looked at; the numbers are Nix's (`ActivityType`, `ResultType`).
    enum Number {
        static let fileTransfer = 101
        static let copyPaths = 103
        static let builds = 104
        static let build = 105
        static let buildLogLine = 101
        static let progress = 105
        static let setExpected = 106
        static let postBuildLogLine = 107
    }

    /// Fields have no names: their place and the record's type say what they are.
    enum Field: Decodable {
        case number(Int)
        case text(String)

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Int.self) {
                self = .number(number)
            } else {
                self = .text(try container.decode(String.self))
            }
        }
    }

    enum CodingKeys: String, CodingKey {
        case action, id, level, type, text, fields, file
        case message = "msg"
        case rawMessage = "raw_msg"
    }

    let action: String
    let id: UInt64?
    let level: Int?
    let type: Int?
    let text: String?
    let fields: [Field]?
    /// A message as a terminal shows it.
    let message: String?
    /// The same without `error:`, indentation and trace; Nix leaves it out of what comes from its daemon.
    let rawMessage: String?
    /// Of an error in an expression: where that stands.
    let file: String?

    func number(_ index: Int) -> Int {
        guard let fields, index < fields.count, case .number(let number) = fields[index] else { return 0 }
        return number
    }

    func string(_ index: Int) -> String? {
        guard let fields, index < fields.count, case .text(let text) = fields[index] else { return nil }
        return text
    }

    /// Whether it is of an error in `derivation`, a function that Nix brings along as a file.
    var isInDerivation: Bool {
        guard let file else { return false }
        return file.hasSuffix("builtin/derivation.nix") || file.hasSuffix("derivation-internal.nix")
    }
}
