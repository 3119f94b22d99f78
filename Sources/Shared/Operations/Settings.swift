/// Typed access to environment variables, with errors that name the variable. Empty counts as not set.
package struct Settings: Sendable {
    private let lookUp: @Sendable (String) -> String?

    /// - Parameter lookUp: gives a variable's value; the process's environment in programs, a dictionary in tests.
    package init(_ lookUp: @escaping @Sendable (String) -> String?) { self.lookUp = lookUp }

    package func string(_ name: String) -> String? {
        guard let value = lookUp(name), !value.isEmpty else { return nil }
        return value
    }

    /// - Throws: ``SettingsError`` unless the value is a whole number within `range`.
    package func integer(_ name: String, default standard: Int, in range: ClosedRange<Int>) throws(SettingsError) -> Int {
        guard let text = string(name) else { return standard }
        guard let value = Int(text), range.contains(value) else {
            throw SettingsError("\(name) is '\(text)'; it takes a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// Seconds, with or without a fraction.
    /// - Throws: ``SettingsError`` unless the value is a number above zero.
    package func seconds(_ name: String, default standard: Duration) throws(SettingsError) -> Duration {
        guard let text = string(name) else { return standard }
        guard let value = Double(text), value > 0, value < 1e7 else {
            throw SettingsError("\(name) is '\(text)'; it takes a number of seconds above zero")
        }
        return .seconds(value)
    }

    /// One of several words.
    /// - Throws: ``SettingsError`` that lists them.
    package func choice(_ name: String, default standard: String, of words: [String]) throws(SettingsError) -> String {
        guard let text = string(name) else { return standard }
        guard words.contains(text) else { throw SettingsError("\(name) is '\(text)'; it takes one of: \(words.joined(separator: ", "))") }
        return text
    }

    /// A file system path, as it is or below the current directory.
    package func path(_ name: String) -> String? { string(name) }
}
