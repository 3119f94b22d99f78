import FoundationEssentials

/// A reference graph as Nix hands it to a builder: the file `.attrs.json` of a derivation with `__structuredAttrs` and
/// `exportReferencesGraph` (Nix manual, "Advanced attributes").
///
/// ```json
/// {"exportReferencesGraph": {"graph": ["/nix/store/...-hello"]},
///  "graph": [{"path": "/nix/store/...-hello", "narSize": 1, "closureSize": 2, "references": ["/nix/store/...-glibc"]}, ...]}
/// ```
/// What else stands in it is passed over.
struct GraphDocument {
    struct Node: Decodable {
        let path: String
        let narSize: ByteSize?
        let closureSize: ByteSize?
        let references: [String]
    }

    /// Names its place when it is none: the decoder's own error for a number out of range does not.
    struct ByteSize: Decodable {
        let bytes: Int64

        init(from decoder: any Decoder) throws {
            guard let bytes = try? decoder.singleValueContainer().decode(Int64.self) else {
                throw DecodingError.typeMismatch(
                    Int64.self, DecodingError.Context(codingPath: decoder.codingPath, debugDescription: "no whole number of 64 bits"))
            }
            self.bytes = bytes
        }
    }

    /// In the document's order, perhaps repeated.
    let requested: [String]
    let nodes: [Node]

    /// - Throws: ``GraphError`` that says which part of the document is wrong.
    init(json: [UInt8]) throws(GraphError) {
        do {
            self = try JSONDecoder().decode(Decoded.self, from: Data(json)).document
        } catch let error as DecodingError {
            throw GraphError(error)
        } catch {
            throw GraphError("the graph cannot be read: \(error)")
        }
    }

    private init(requested: [String], nodes: [Node]) {
        self.requested = requested
        self.nodes = nodes
    }

    private struct Decoded: Decodable {
        let document: GraphDocument

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Name.self)
            let requests = try container.decode([String: Requests].self, forKey: Name("exportReferencesGraph"))
            // Several graphs in one document are one image: a path that two of them hold counts once.
            var nodes: [Node] = []
            var seen: Set<String> = []
            for name in requests.keys.sorted() {
                let graph = try container.decode([Node].self, forKey: Name(name))
                nodes += requests.count > 1 ? graph.filter { !seen.contains($0.path) } : graph
                seen.formUnion(graph.map(\.path))
            }
            document = GraphDocument(requested: requests.keys.sorted().flatMap { requests[$0]?.paths ?? [] }, nodes: nodes)
        }
    }

    /// A path, or a list of such, lists in it included: Nix takes all of these.
    private struct Requests: Decodable {
        let paths: [String]

        init(from decoder: any Decoder) throws {
            if let single = try? decoder.singleValueContainer().decode(String.self) {
                paths = [single]
            } else {
                paths = try decoder.singleValueContainer().decode([Requests].self).flatMap(\.paths)
            }
        }
    }

    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(_ name: String) { stringValue = name }
        init?(stringValue: String) { self.init(stringValue) }
        init?(intValue: Int) { nil }
    }
}
