/// A `.narinfo` file that says nothing of its path.
struct NarinfoError: Error, Hashable, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
