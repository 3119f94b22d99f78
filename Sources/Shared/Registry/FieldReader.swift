import Hashing

/// Reads what ``FieldWriter`` wrote; every step checks that the bytes are there.
struct FieldReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    mutating func string() throws(RecipeError) -> String {
        let count = try count()
        guard rest.count >= count, let text = String(validating: rest.prefix(count), as: UTF8.self) else { throw .damaged }
        rest = rest.dropFirst(count)
        return text
    }

    mutating func integer() throws(RecipeError) -> Int {
        guard let number = Int(try string()) else { throw .damaged }
        return number
    }

    mutating func strings() throws(RecipeError) -> [String] {
        let count = try count()
        // Each element takes at least the four bytes of its length: a damaged count allocates nothing.
        guard count <= rest.count / 4 else { throw .damaged }
        var texts: [String] = []
        for _ in 0..<count { texts.append(try string()) }
        return texts
    }

    /// A digest, or `nil` where the field is empty.
    mutating func digest() throws(RecipeError) -> Digest? {
        let text = try string()
        if text.isEmpty { return nil }
        guard let digest = Digest(text) else { throw .damaged }
        return digest
    }

    private mutating func count() throws(RecipeError) -> Int {
        guard rest.count >= 4 else { throw .damaged }
        let count = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        rest = rest.dropFirst(4)
        return count
    }
}
