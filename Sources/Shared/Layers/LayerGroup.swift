/// The store paths of one layer.
package struct LayerGroup: Hashable, Sendable {
    /// Sorted, each once.
    package let contents: [StorePath]

    /// Sum of the contents' NAR sizes in bytes.
    package let narSize: Int64

    /// The path that the layer exists for; of a merged layer the weightiest one.
    package let anchor: StorePath
}
