/// The store paths of one layer.
package struct LayerGroup: Hashable, Sendable {
    /// Sorted, each once.
    package let contents: [StorePath]

    /// Sum of the contents' NAR sizes in bytes.
    package let narSize: Int64

    /// The path that the layer exists for; of a merged layer the weightiest one.
    package let anchor: StorePath

    package let reason: LayerReason

    /// - Parameter contents: sorted, each once.
    package init(contents: [StorePath], narSize: Int64, anchor: StorePath, reason: LayerReason) {
        self.contents = contents
        self.narSize = narSize
        self.anchor = anchor
        self.reason = reason
    }
}
