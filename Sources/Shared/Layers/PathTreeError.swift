/// Bytes that are not an encoded tree.
package struct PathTreeError: Error, Hashable, Sendable, CustomStringConvertible {
    package var description: String {
        "the kept listing of a store path is damaged or of another version; drop it, and it is made again from the store"
    }
}
