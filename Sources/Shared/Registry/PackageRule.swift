/// An attribute of the package set as the operator's rules name it: `git`, `python3Packages.*`, `python2*`.
///
/// Compared as look-up compares: ignoring case, and without the `_` that stands before a digit. A `*` at the end of a component stands for
/// any rest of that component, never for a dot.
package struct PackageRule: Hashable, Sendable {
    /// As it was written.
    package let text: String
    private let components: [Component]

    private enum Component: Hashable {
        case name(String)
        case beginning(String)

        init?(_ text: Substring) {
            let name = PackageRule.normalised(text)
            if let star = name.firstIndex(of: "*") {
                guard name.index(after: star) == name.endIndex else { return nil }
                self = .beginning(String(name[..<star]))
            } else {
                guard !name.isEmpty else { return nil }
                self = .name(name)
            }
        }

        func matches(_ name: String) -> Bool {
            switch self {
            case .name(let own): name == own
            case .beginning(let beginning): name.hasPrefix(beginning)
            }
        }
    }

    /// - Returns: `nil` for an empty component, or a `*` that is not at the end of one.
    package init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let components = parts.compactMap { Component($0) }
        guard components.count == parts.count else { return nil }
        self.text = text
        self.components = components
    }

    /// Whether this is the attribute, as a whole.
    func isWhole(_ attribute: String) -> Bool {
        let names = Self.names(attribute)
        return names.count == components.count && matches(names[...])
    }

    /// Whether the attribute leads through this one: `openssl` is part of `openssl.dev`, and of `pkgs.openssl`, for sets hold themselves.
    func isPart(of attribute: String) -> Bool {
        let names = Self.names(attribute)
        return names.indices.contains { matches(names[$0...].prefix(components.count)) }
    }

    private func matches(_ names: ArraySlice<String>) -> Bool {
        names.count == components.count && zip(components, names).allSatisfy { $0.matches($1) }
    }

    private static func names(_ attribute: String) -> [String] {
        attribute.split(separator: ".", omittingEmptySubsequences: false).map { normalised($0) }
    }

    private static func normalised(_ component: Substring) -> String {
        let lowered = component.lowercased()
        return lowered.hasPrefix("_") && lowered.dropFirst().first?.isNumber == true ? String(lowered.dropFirst()) : lowered
    }
}
