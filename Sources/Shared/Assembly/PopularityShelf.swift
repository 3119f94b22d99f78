package import Hashing
package import Layers
import PopularityData
import Queue
package import Registry

/// Popularity data that recipes name, read once and kept: a farm has one or two of them at a time.
package actor PopularityShelf {
    /// What is kept at most; whichever was read first goes first.
    private static let places = 4

    private let ledger: any LayerLedger
    private var shelf: [(digest: Digest, popularity: Popularity)] = []

    package init(_ ledger: any LayerLedger) { self.ledger = ledger }

    /// The popularity that a recipe's grouping goes by.
    /// - Throws: as ``popularity(_:)``.
    package func popularity(of layering: Recipe.Layering, _ strategy: LayeringStrategy) async throws -> Popularity {
        guard strategy == .dominators, let digest = layering.popularity else { return .none }
        return try await popularity(digest)
    }

    /// - Throws: `JobError` that passes when the data is not recorded: the frontend that asks for it records it at its start.
    package func popularity(_ digest: Digest) async throws -> Popularity {
        if let kept = shelf.first(where: { $0.digest == digest }) { return kept.popularity }
        guard let bytes = try await ledger.popularity(digest) else {
            throw JobError(
                .internal,
                "the recipe names popularity data \(digest) that the database does not hold; a frontend records it when it starts "
                    + "with that NIX_POPULARITY_URL: start it again")
        }
        let pinned = try PinnedPopularity(json: bytes)
        guard pinned.digest == digest else {
            throw JobError(.internal, "the popularity data recorded as \(digest) is other data: its digest is \(pinned.digest)")
        }
        if shelf.count == Self.places { shelf.removeFirst() }
        shelf.append((digest, pinned.popularity))
        return pinned.popularity
    }
}
