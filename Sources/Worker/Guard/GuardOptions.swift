/// The guard's command line.
struct GuardOptions {
    /// Milliseconds between the polite TERM and the KILL of whatever is left.
    private(set) var graceMilliseconds: Int64 = 5_000
    /// Bytes of address space for each process of the command; nil: no limit.
    private(set) var memoryLimit: UInt?
    /// Where the command's name stands in the argument vector; its arguments follow.
    let commandIndex: Int
    let command: String

    init(_ arguments: [String]) throws(GuardError) {
        var index = 1
        while index < arguments.count, arguments[index] != "--" {
            guard index + 1 < arguments.count else { throw GuardError(GuardError.usage) }
            let value = arguments[index + 1]
            switch arguments[index] {
            case "--grace":
                guard let seconds = Double(value), (0...3_600).contains(seconds) else {
                    throw GuardError("--grace takes seconds, 0 to 3600, not '\(value)'")
                }
                graceMilliseconds = Int64(seconds * 1_000)
            case "--memory":
                guard let mebibytes = UInt(value), (1...(1 << 30)).contains(mebibytes) else {
                    throw GuardError("--memory takes mebibytes, at least 1, not '\(value)'")
                }
                memoryLimit = mebibytes << 20
            default:
                throw GuardError("unknown option '\(arguments[index])'; \(GuardError.usage)")
            }
            index += 2
        }
        guard index + 1 < arguments.count else { throw GuardError(GuardError.usage) }
        commandIndex = index + 1
        command = arguments[index + 1]
    }
}
