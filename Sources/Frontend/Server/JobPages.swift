import Hummingbird
package import Queue
import Registry

/// Jobs as plain text: `/jobs/<number>` and `/jobs/<number>/log`.
package struct JobPages: Sendable {
    private let queue: JobQueue

    package init(queue: JobQueue) { self.queue = queue }

    func respond(_ path: String) async throws -> Response {
        let parts = path.split(separator: "/")
        guard parts.first == "jobs", parts.count >= 2, let job = Int(parts[1]), parts.count == 2 || parts.count == 3 && parts[2] == "log"
        else {
            return .text(
                "there is nothing at this address; images are pulled with docker pull, a job is at /jobs/<number>\n", status: .notFound)
        }
        if parts.count == 3 {
            guard let log = try await queue.log(job) else { return Self.unknown(job) }
            return .text(log)
        }
        guard let details = try await queue.details(job) else { return Self.unknown(job) }
        return .text(details.text)
    }

    private static func unknown(_ job: Int) -> Response { .text("there is no job \(job)\n", status: .notFound) }
}
