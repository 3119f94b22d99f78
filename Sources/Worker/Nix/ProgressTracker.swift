/// Sums up Nix's activities, as Nix's own progress bar does.
struct ProgressTracker: Sendable {
    private struct Activity {
        var type: Int
        var count = NixProgress.Count()
        var building: String?
        /// What it announced for other types.
        var announced: [Int: Int] = [:]
    }

    private struct Total {
        /// Of activities that have ended.
        var ended = NixProgress.Count()
        var announced = 0
    }

    private var activities: [UInt64: Activity] = [:]
    private var totals: [Int: Total] = [:]

    mutating func start(_ id: UInt64, type: Int, derivation: String?) {
        activities[id] = Activity(type: type, building: derivation.map { StorePathText.name($0) })
    }

    /// - Returns: whether the activity counts for the progress.
    mutating func stop(_ id: UInt64) -> Bool {
        guard let activity = activities.removeValue(forKey: id) else { return false }
        totals[activity.type, default: Total()].ended.done += activity.count.done
        totals[activity.type, default: Total()].ended.failed += activity.count.failed
        for (type, count) in activity.announced { totals[type, default: Total()].announced -= count }
        return true
    }

    mutating func progress(_ id: UInt64, done: Int, expected: Int, running: Int, failed: Int) {
        activities[id]?.count = NixProgress.Count(done: done, expected: expected, running: running, failed: failed)
    }

    mutating func announce(_ id: UInt64, type: Int, count: Int) {
        guard let previous = activities[id]?.announced.updateValue(count, forKey: type) ?? (activities[id] == nil ? nil : 0) else { return }
        totals[type, default: Total()].announced += count - previous
    }

    var current: NixProgress {
        var progress = NixProgress()
        progress.builds = count(of: NixLogRecord.Number.builds)
        progress.downloads = count(of: NixLogRecord.Number.copyPaths)
        progress.bytes = count(of: NixLogRecord.Number.fileTransfer)
        progress.building = activities.values.compactMap(\.building).sorted(by: StorePathText.precedes)
        return progress
    }

    private func count(of type: Int) -> NixProgress.Count {
        let total = totals[type] ?? Total()
        var result = total.ended
        result.expected = total.ended.done
        for activity in activities.values where activity.type == type {
            result.done += activity.count.done
            result.expected += activity.count.expected
            result.running += activity.count.running
            result.failed += activity.count.failed
        }
        result.expected = max(result.expected, total.announced)
        return result
    }
}
