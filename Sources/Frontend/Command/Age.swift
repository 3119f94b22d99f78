import ArgumentParser

/// A length of time as people write it: `90d`, `12h`, `30m`, `45s`.
struct Age {
    let duration: Duration

    init(duration: Duration) { self.duration = duration }

    /// - Throws: `ValidationError` that says what is taken.
    init(parsing text: String) throws {
        let units: [Character: Int] = ["d": 86_400, "h": 3600, "m": 60, "s": 1]
        guard let last = text.last, let unit = units[last], let count = Int(text.dropLast()), (0...100_000).contains(count) else {
            throw ValidationError("'\(text)' is no length of time; write 90d, 12h, 30m or 45s")
        }
        duration = .seconds(count * unit)
    }
}
