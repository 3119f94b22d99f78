import FoundationEssentials

/// A graph that no layers can be made of, with what is wrong with it.
struct GraphError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }

    init(_ error: DecodingError) {
        let problem: String
        let path: [any CodingKey]
        switch error {
        case .keyNotFound(let key, let context): (problem, path) = ("\"\(key.stringValue)\" is missing", context.codingPath)
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            (problem, path) = ("a value of another type is wanted", context.codingPath)
        default: (problem, path) = ("this is not JSON", [])
        }
        let place = path.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
        self.init(
            "the graph cannot be read: \(place.isEmpty ? "" : "at \(place.drop { $0 == "." }): ")\(problem); it takes the form "
                + #"{"exportReferencesGraph": {"graph": [paths]}, "graph": [{"path", "narSize", "closureSize", "references"}]}"#)
    }
}
