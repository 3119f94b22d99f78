/// Gives the token that a store's requests carry.
package protocol TokenSource: Sendable {
    /// A token that is good for some minutes yet.
    /// - Throws: ``StorageError``.
    func token() async throws -> String

    /// A token was refused: the next one is to be a new one.
    func discard(_ token: String) async
}
