package import HTTP
private import Operations

extension PopularitySource {
    /// Reads the data and pins it.
    /// - Parameter settings: how servers are reached.
    /// - Throws: ``PopularitySourceError`` when it cannot be had, is larger than ``sizeLimit``, or is no popularity data;
    ///   `CancellationError`.
    package func load(_ settings: HTTPSettings = HTTPSettings()) async throws -> PinnedPopularity {
        let bytes: [UInt8]
        switch location {
        case .file(let path):
            do {
                bytes = try BoundedFile.read(path, limit: Self.sizeLimit)
            } catch {
                throw PopularitySourceError(name, "\(error)")
            }
        case .address(let url): bytes = try await fetch(url, HTTPClient(settings: settings))
        }
        do {
            return try PinnedPopularity(json: bytes)
        } catch {
            throw PopularitySourceError(name, "\(error)")
        }
    }
}
