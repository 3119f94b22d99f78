import Layers

/// What a binary cache says of a store path, as far as it matters here: `StorePath` and `References` of its `.narinfo` file.
struct Narinfo: Hashable {
    let path: StorePath
    /// Without the path itself.
    let references: [StorePath]

    /// - Parameters:
    ///   - text: lines `Key: value`; `References` holds names below the store's directory.
    ///   - expected: the path that was asked for.
    /// - Throws: ``NarinfoError`` that says what is wrong with it.
    init(_ text: String, of expected: StorePath) throws(NarinfoError) {
        var fields: [Substring: Substring] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            guard let colon = line.firstIndex(of: ":") else { throw NarinfoError("a line has no colon: \"\(line.prefix(60))\"") }
            let value = line[line.index(after: colon)...]
            guard fields.updateValue(value.drop { $0 == " " }, forKey: line[..<colon]) == nil else {
                throw NarinfoError("\"\(line[..<colon].prefix(60))\" stands in it twice")
            }
        }
        guard let stored = fields["StorePath"] else { throw NarinfoError("it has no StorePath") }
        guard stored == expected.string else { throw NarinfoError("it is about \(stored.prefix(300))") }
        guard let references = fields["References"] else { throw NarinfoError("it has no References") }
        var paths: [StorePath] = []
        for name in references.split(separator: " ") {
            do {
                paths.append(try StorePath(StorePath.prefix + name))
            } catch {
                throw NarinfoError("it has a reference that is \(error)")
            }
        }
        path = expected
        self.references = paths.filter { $0 != expected }
    }
}
