/// A job as a person looks at it.
package struct JobDetails: Hashable, Sendable {
    package let job: Int
    package let image: String
    package let source: String
    package let system: String
    package let state: String
    package let phase: String?
    package let done: Int
    package let total: Int
    package let attempt: Int
    package let worker: String?
    package let error: String?
    /// Seconds since the job was made.
    package let age: Int
    /// Time (UTC), what happened, detail; in order.
    package let events: [String]
}

extension JobDetails {
    /// As a terminal shows it.
    package var text: String {
        var lines = [
            "job      \(job)", "image    \(image)", "source   \(source)", "system   \(system)", "state    \(state)",
            "attempt  \(attempt)", "age      \(age) s",
        ]
        if let worker { lines.append("worker   \(worker)") }
        if let phase { lines.append("phase    \(phase)" + (total > 0 ? " \(done)/\(total)" : "")) }
        lines += ["log      /jobs/\(job)/log", ""] + events
        if let error { lines += ["", error] }
        return lines.joined(separator: "\n") + "\n"
    }
}
