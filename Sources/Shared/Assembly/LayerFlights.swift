import Hashing
import Records

/// The layers that are being packed now. Whoever needs one that another image is packing waits for that.
actor LayerFlights {
    private struct Flight {
        let task: Task<LayerRecord, any Error>
        var waiting: Int
    }

    private var flights: [Digest: Flight] = [:]

    /// The record of a layer, made by `make` unless that is under way already.
    ///
    /// It is made in a task of its own, which ends early only when everybody who waits for it has been cancelled: a cancelled image must not
    /// take another's layer with it.
    func record(of key: Digest, _ make: @escaping @Sendable () async throws -> LayerRecord) async throws -> LayerRecord {
        try Task.checkCancellation()
        let task = flights[key]?.task ?? Task { try await make() }
        flights[key, default: Flight(task: task, waiting: 0)].waiting += 1
        defer { if flights[key]?.task == task { flights[key] = nil } }
        let record = try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            Task { await self.leave(key, task) }
        }
        try Task.checkCancellation()
        return record
    }

    private func leave(_ key: Digest, _ task: Task<LayerRecord, any Error>) {
        guard flights[key]?.task == task else { return }
        flights[key]?.waiting -= 1
        guard flights[key]?.waiting == 0 else { return }
        flights[key] = nil
        task.cancel()
    }
}
