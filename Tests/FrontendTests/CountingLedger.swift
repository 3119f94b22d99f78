import Assembly
import Hashing
import Pipeline
import PopularityData
import Records
import Synchronization

/// A ledger that holds popularity data and counts how often it is read.
final class CountingLedger: LayerLedger {
    private let state = Mutex<(data: [Digest: [UInt8]], reads: Int)>(([:], 0))

    var reads: Int { state.withLock { $0.reads } }

    func set(_ pinned: [PinnedPopularity]) { set(Dictionary(uniqueKeysWithValues: pinned.map { ($0.digest, $0.bytes) })) }

    func set(_ data: [Digest: [UInt8]]) { state.withLock { $0.data = data } }

    func layers(_ keys: [Digest]) -> [Digest: LayerRecord] { [:] }
    func record(_ layer: LayerRecord) -> LayerRecord { layer }
    func reserve(_ digests: [Digest]) {}
    func record(_ paths: [PathRecord]) -> [PathRecord] { paths }

    func popularity(_ digest: Digest) -> [UInt8]? {
        state.withLock { state in
            state.reads += 1
            return state.data[digest]
        }
    }
}
