/// The text of one SQL statement, with `$1`, `$2`, ... where values are bound.
///
/// A connection prepares each statement on first use and keeps it under its text, so the text is a constant of the program:
/// what differs from call to call goes in as a bound value.
package struct SQLStatement: Hashable, Sendable, ExpressibleByStringLiteral {
    package let text: String

    package init(_ text: String) {
        self.text = text
    }

    package init(stringLiteral text: String) {
        self.text = text
    }
}
