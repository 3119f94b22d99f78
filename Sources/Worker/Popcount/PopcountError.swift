/// Counts that could not be made, with what to do about it.
struct PopcountError: Error, Hashable, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
