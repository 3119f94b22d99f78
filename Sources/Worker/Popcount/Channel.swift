import ArgumentParser
import Layers
import Postgres

struct Channel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Count over all store paths of a channel.",
        discussion: """
            Reads the channel's store-paths.xz, then the .narinfo file of each path from a binary cache. What was read is kept on disk and \
            never read again: a run that was broken off goes on where it stopped, and the next channel reads only what is new.

            Paths that the cache lacks, or describes wrongly, are left out and named. More than --tolerate percent of them are an error.
            """
    )

    @Argument(help: "A channel, for example nixos-unstable.")
    var channel: String?

    @Option(help: ArgumentHelp("A list of store paths, packed by xz or plain, instead of a channel.", valueName: "file|url"))
    var storePaths: String?

    @Option(help: "The binary cache.")
    var cache = "https://cache.nixos.org"

    @Option(help: "Requests under way at once, 1 to 64.")
    var concurrency = 16

    @Option(help: ArgumentHelp("Where to keep what was read.", valueName: "directory"))
    var work = Self.defaultWork

    @Option(help: "Percent of the paths that may be left out.")
    var tolerate = 5

    @OptionGroup var output: Output

    func validate() throws {
        guard (channel == nil) != (storePaths == nil) else { throw ValidationError("give a channel, or --store-paths, one of them") }
        if let channel, channel.isEmpty || !channel.utf8.allSatisfy(Self.isChannelCharacter) {
            throw ValidationError("'\(channel)' is no channel's name; one looks like nixos-unstable")
        }
        guard cache.hasPrefix("http://") || cache.hasPrefix("https://") else {
            throw ValidationError("--cache takes an address that begins with http:// or https://")
        }
        guard (1...64).contains(concurrency) else { throw ValidationError("--concurrency takes a number from 1 to 64") }
        guard (0...100).contains(tolerate) else { throw ValidationError("--tolerate takes a number from 0 to 100") }
    }

    func run() async throws {
        let client = CacheClient(environment: ProcessEnvironment.value, concurrency: concurrency)
        let list = storePaths ?? "https://channels.nixos.org/\(channel ?? "")/store-paths.xz"
        let paths = try await StorePathList.read(list, client)
        let cache = String(cache.reversed().drop { $0 == "/" }.reversed())
        let journal = try NarinfoJournal(directory: work, cache: cache)
        let reader = CacheReader(client: client, cache: cache, journal: journal, concurrency: concurrency)
        let (referrers, left) = try await reader.count(paths)
        for line in left.prefix(20) { Progress.write("left out: \(line)\n") }
        if left.count > 20 { Progress.write("left out: \(left.count - 20) more\n") }
        guard left.count * 100 <= paths.count * tolerate else {
            throw PopcountError(
                "\(left.count) of \(paths.count) paths had to be left out, more than --tolerate \(tolerate) percent: is \(cache) the cache "
                    + "of these paths?")
        }
        try output.write(referrers)
    }

    private static var defaultWork: String {
        let caches = ProcessEnvironment.value("XDG_CACHE_HOME") ?? ProcessEnvironment.value("HOME").map { $0 + "/.cache" } ?? "/tmp"
        return caches + "/nixery-farm/popcount"
    }

    private static func isChannelCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
        default: false
        }
    }
}
