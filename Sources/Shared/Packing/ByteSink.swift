/// Takes the bytes of a stored layer, in order: a file, an upload, memory.
///
/// Called on the thread that packs. Blocking is how a sink slows the packing down.
package protocol ByteSink: AnyObject {
    /// Takes all of `bytes` before it returns. An error ends the packing and passes through unchanged.
    func write(_ bytes: RawSpan) throws
}
