private import Registry

/// Where popularity data comes from: an address (`http`, `https`, `file`) or a file.
package struct PopularitySource: Hashable, Sendable {
    /// Most bytes of popularity data: 64 MiB. All of nixpkgs takes about 4.
    package static let sizeLimit = 64 << 20

    /// How long an address may take to answer in full.
    package static let timeLimit = Duration.seconds(60)

    enum Location: Hashable, Sendable {
        case file(String)
        case address(String)
    }

    let location: Location

    /// An address as a setting holds it.
    /// - Throws: ``PopularitySourceError`` for anything but `http`, `https` and `file` with an absolute path.
    package init(url: String) throws(PopularitySourceError) {
        if url.hasPrefix("http://") || url.hasPrefix("https://") {
            self.init(location: .address(url))
        } else if url.hasPrefix("file:///") {
            self.init(location: .file(String(url.dropFirst("file://".count))))
        } else {
            throw PopularitySourceError(url, "it takes an address that begins with http://, https:// or file:///")
        }
    }

    /// An address or a file's name, as a command line holds it.
    /// - Throws: ``PopularitySourceError`` for an address of another kind.
    package init(_ text: String) throws(PopularitySourceError) {
        if text.contains("://") {
            try self.init(url: text)
        } else {
            self.init(location: .file(text))
        }
    }

    private init(location: Location) { self.location = location }

    /// How messages name it: without a password.
    var name: String {
        switch location {
        case .file(let path): path
        case .address(let url): PackageSource.withoutCredentials(url)
        }
    }
}
