package import Assembly
package import Composition
import Hashing
package import ObjectStorage
import Publication
import Queue
import Records
package import Registry
import Synchronization
import TestSupport

/// What stands in for Nix: it goes through a build's phases in some milliseconds and stores one small layer, for a name that begins with
/// `broken` it fails; and it keeps count.
package final class StandInBuilder: Sendable {
    private struct State {
        var building: [String: Int] = [:]
        package var begun = 0
        var overlaps = 0
        var random: SeededGenerator
    }

    private let state: Mutex<State>
    private let store: any ObjectStore
    /// The longest that one phase takes.
    private let longest: Duration
    /// Called at each phase, and when all is stored.
    private let reached: @Sendable (String) async throws -> Void

    /// A value each time a build begins.
    package let begins: AsyncStream<Void>
    private let beginSink: AsyncStream<Void>.Continuation

    package init(
        store: any ObjectStore, seed: UInt64, longest: Duration = .milliseconds(20),
        reached: @escaping @Sendable (String) async throws -> Void = { _ in }
    ) {
        self.store = store
        self.longest = longest
        self.reached = reached
        state = Mutex(State(random: SeededGenerator(seed: seed)))
        (begins, beginSink) = AsyncStream.makeStream()
    }

    /// Builds so far.
    package var begun: Int { state.withLock { $0.begun } }
    /// Builds that are going on.
    package var current: Int { state.withLock { $0.building.values.reduce(0, +) } }
    /// How often a build began while one of the same image was going on.
    package var overlaps: Int { state.withLock { $0.overlaps } }

    package func make(_ recipe: Recipe, _ observer: any BuildObserver, _ ledger: any LayerLedger) async throws -> ComposedImage {
        let name = recipe.packages.joined(separator: "/")
        state.withLock { state in
            state.begun += 1
            if state.building[name, default: 0] > 0 { state.overlaps += 1 }
            state.building[name, default: 0] += 1
        }
        beginSink.yield()
        defer { state.withLock { $0.building[name, default: 1] -= 1 } }
        for phase in BuildPhase.allCases {
            observer.phase(phase, done: 0, total: 1)
            try await reached(phase.rawValue)
            let share = state.withLock { Double.random(in: 0..<1, using: &$0.random) }
            try await Task.sleep(for: longest * share)
        }
        guard !name.hasPrefix("broken") else { throw JobError(.buildFailed, "\(name) does not build") }
        let layer = try await layer(name, ledger)
        let composed = try ComposedImage(recipe: recipe, parts: [ComposedImage.Part(record: layer, comment: name)])
        try await store.put(composed.config, as: composed.image.configDigest)
        for manifest in [composed.image.oci, composed.image.docker].compactMap(\.self) {
            try await store.put(manifest.bytes, as: manifest.digest)
        }
        try await reached("stored")
        return composed
    }

    private func layer(_ name: String, _ ledger: any LayerLedger) async throws -> LayerRecord {
        let bytes = Array("layer of \(name)".utf8)
        let digest = try SHA256.digest(of: bytes)
        try await ledger.reserve([digest])
        try await store.put(bytes, as: digest)
        let descriptor = LayerDescriptor(digest: digest, size: Int64(bytes.count), diffID: digest, codec: "gzip")
        return try await ledger.record(
            LayerRecord(key: SHA256.digest(of: Array("key of \(name)".utf8)), descriptor: descriptor, uncompressedSize: Int64(bytes.count)))
    }
}
