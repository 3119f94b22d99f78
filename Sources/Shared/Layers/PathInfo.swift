/// What the store knows of one path of a closure.
package struct PathInfo: Hashable, Sendable {
    package let path: StorePath

    /// Bytes of the path's archive form (NAR), as the store recorded them.
    package let narSize: Int64

    /// The other paths that this one refers to, sorted, each once; a reference to itself says nothing about layers and is left out.
    package let references: [StorePath]

    package init(path: StorePath, narSize: Int64, references: some Sequence<StorePath>) {
        self.path = path
        self.narSize = narSize
        self.references = Set(references).subtracting([path]).sorted()
    }
}
