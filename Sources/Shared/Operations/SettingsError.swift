/// A setting that is missing or wrong, with what to do about it. The process does not start.
package struct SettingsError: Error, Hashable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
