/// One hop of the relay by which a client waits longer than it would for one answer.
///
/// A manifest request waits for a hop's time, then is answered 307 to itself with the number of the hop in its query; any frontend serves the
/// next. Clients written in Go (docker, containerd, skopeo, podman) follow nine redirects of a manifest request and stop at the tenth
/// (seen with docker 20.10, containerd 1.6 and skopeo 1.9), so the ninth hop is the last.
package struct RelayHop: Hashable, Sendable {
    package static let last = 9

    /// 0 for the request that a client makes itself.
    package let number: Int
    /// The job that the hops before have waited for.
    package let job: Int?

    /// The request that a client makes itself.
    package static let first = RelayHop(number: 0, job: nil)

    private init(number: Int, job: Int?) {
        self.number = number
        self.job = job
    }

    /// Reads the query of a hop's address. Whatever is no hop counts as a client's own request: all that a false one can gain is a wait.
    package init(number: String?, job: String?) {
        guard let number, let hop = Int(number), (1...Self.last).contains(hop) else {
            self = .first
            return
        }
        self.init(number: hop, job: job.flatMap { Int($0) })
    }

    package var isLast: Bool { number >= Self.last }

    /// Where the client goes on, relative to the registry: every frontend behind a load balancer has the same path.
    package func next(path: String, job: Int?) -> String {
        "\(path)?hop=\(number + 1)" + (job.map { "&job=\($0)" } ?? "")
    }
}
