/// One frontend process, as its row in the database names it.
package struct FrontendIdentity: Hashable, Sendable {
    /// Unique: a frontend that starts again is another frontend.
    package let id: String
    package let host: String
    package let process: Int
    package let version: String

    package init(id: String, host: String, process: Int, version: String) {
        self.id = id
        self.host = host
        self.process = process
        self.version = version
    }
}
