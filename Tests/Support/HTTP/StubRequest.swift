/// A request as a ``StubServer`` received it.
package struct StubRequest: Sendable {
    package let method: String
    /// Path and query as they stand in the request line.
    package let target: String
    package let headers: [(name: String, value: String)]
    package var body: [UInt8] = []
    /// Whether the connection was cut before all of the body was there.
    package var isCut = false

    /// The first value of a header.
    package subscript(header: String) -> String? {
        headers.first { $0.name.lowercased() == header.lowercased() }?.value
    }

    package var path: String { String(target.prefix { $0 != "?" }) }

    /// Values of the query, percent-decoded.
    package var query: [String: String] {
        var values: [String: String] = [:]
        for pair in target.drop(while: { $0 != "?" }).dropFirst().split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(Self.decoded)
            values[parts[0]] = parts.count > 1 ? parts[1] : ""
        }
        return values
    }

    package static func decoded(_ text: some StringProtocol) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// What a ``StubServer`` answers.
package struct StubAnswer: Sendable {
    package var status: Int
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]

    package init(_ status: Int, headers: [(String, String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers.map { (name: $0.0, value: $0.1) }
        self.body = body
    }

    package init(_ status: Int, headers: [(String, String)] = [], text: String) {
        self.init(status, headers: headers, body: Array(text.utf8))
    }
}

/// What a ``StubServer`` does to a request instead of answering it well.
package enum StubFault: Sendable {
    /// Receives so many bytes of the body, then resets the connection. The handler is given what there is, marked as cut.
    case reset(afterBodyBytes: Int)
    /// Handles the request, then resets the connection instead of answering.
    case loseAnswer
    /// Handles the request and resets the connection after so many bytes of the answer.
    case cutAnswer(afterBytes: Int)
    /// Receives so many bytes of the body, then does nothing until the client leaves.
    case stall(afterBodyBytes: Int)
    /// Receives all, then does nothing until the client leaves.
    case stallAnswer
    /// Answers without handling the request.
    case answer(StubAnswer)
}
