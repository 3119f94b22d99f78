/// The course of a resumable upload: which request is next, whatever happened to the one before. Pure; ``GoogleUploader`` carries it out.
///
/// Source: "Perform resumable uploads" of Google Cloud Storage. Chunks but the last are multiples of 256 KiB.
package struct ResumableUpload: Sendable {
    package enum Step: Hashable, Sendable {
        /// Ask for a new session.
        case begin
        /// Ask how much of it the server has.
        case ask(session: String)
        case send(session: String, offset: Int64, count: Int64)
    }

    package enum Event: Hashable, Sendable {
        case began(session: String)
        /// The server has this many bytes and wants the rest.
        case has(Int64)
        /// The session is gone (404, 410).
        case expired
        /// No answer, or one that advises another try.
        case failed
    }

    package static let alignment: Int64 = 256 * 1024
    /// Sessions that may be begun: one that expires is followed by another.
    package static let sessions = 4

    package let size: Int64
    package let chunk: Int64
    package private(set) var step = Step.begin
    /// Failures since the server last had more than before.
    package private(set) var failures = 0
    private var sessionsBegun = 0
    private var most: Int64 = 0

    /// - Parameter chunk: bytes sent at once; rounded up to a multiple of 256 KiB.
    package init(size: Int64, chunk: Int64) {
        self.size = size
        self.chunk = max(1, (chunk + Self.alignment - 1) / Self.alignment) * Self.alignment
    }

    /// - Returns: `false` when there is no next step.
    package mutating func handle(_ event: Event) -> Bool {
        switch (event, step) {
        case (.began(let session), _):
            sessionsBegun += 1
            most = 0
            step = .send(session: session, offset: 0, count: min(chunk, size))
        case (.has(let offset), .ask(let session)), (.has(let offset), .send(let session, _, _)):
            guard (0...size).contains(offset) else { return false }
            if offset > most {
                most = offset
                failures = 0
            } else {
                failures += 1
            }
            // With all of it the server has yet to say that it is done.
            step = offset == size ? .ask(session: session) : .send(session: session, offset: offset, count: min(chunk, size - offset))
        case (.failed, .send(let session, _, _)):
            failures += 1
            step = .ask(session: session)
        case (.failed, _): failures += 1
        case (.expired, .begin): return false
        case (.expired, _):
            guard sessionsBegun < Self.sessions else { return false }
            failures += 1
            step = .begin
        case (.has, .begin): return false
        }
        return true
    }
}
