import Queue
import Registry

/// What a client is told of a build that gave no manifest: whatever a person can act on is a 4xx, since Docker prints only those.
struct BuildAnswer {
    let error: RegistryError

    init(_ outcome: BuildOutcome, image: String, authority: String?) {
        let address = "http://\(authority ?? "<this registry>")/jobs/\(outcome.job)"
        let detail = JSON.members(("job", .int(Int64(outcome.job))), ("url", .string(address)), ("log", .string(address + "/log")))
        switch outcome {
        case .failed(let failure, _, let remembered) where failure.code.isFinal:
            let memory = remembered.map { "\nRemembered for \($0) s; a pull after that builds again." } ?? ""
            error = .manifestUnknown(failure.message + "\nThe whole log: \(address)/log" + memory, detail: detail)
        case .failed(let failure, _, _):
            error = .tooManyRequests(
                "\(image) could not be built now: \(failure.message)\nThe whole log: \(address)/log", detail: detail, retryAfter: 30)
        case .waiting:
            error = .tooManyRequests(
                "\(image) is still being built; pull again to go on waiting.\nIts progress: \(address)", detail: detail, retryAfter: 10)
        case .cancelled, .manifest:
            error = .tooManyRequests("the build of \(image) was cancelled; pull again to start it anew", detail: detail, retryAfter: 1)
        }
    }
}
