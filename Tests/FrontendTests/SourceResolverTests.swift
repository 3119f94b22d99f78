import FrontendServer
import Logging
import Operations
import Postgres
import Registry
import TestSupport
import Testing

@testable import FrontendServer

/// How a tag becomes a commit, with real repositories, and how frontends share what an origin answered.
@Suite(.timeLimit(.minutes(5))) struct SourceResolverTests {
    private let pool: PostgresPool

    init() async throws {
        let database = try await TemporaryPostgres.shared.database(migrations: "Migrations")
        pool = try PostgresPool(database, size: 4, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// The usual times, on a machine that has much else to do.
    private static let patient: ResolutionTimes = {
        var times = ResolutionTimes()
        times.patience = .seconds(120)
        return times
    }()

    /// A frontend's resolver; each call is another frontend.
    private func resolver(
        _ setting: PackageSourceSetting, _ times: ResolutionTimes = Self.patient, nixpkgs: String = "/nowhere"
    ) -> SourceResolver {
        SourceResolver(setting, resolutions: Resolutions(pool: pool, times: times), nixpkgs: nixpkgs)
    }

    /// Lets time pass for all rows.
    private func age(_ seconds: Int) async throws {
        let past = "- interval '\(seconds) seconds'"
        try await pool.execute(
            SQLStatement(
                "UPDATE farm.resolutions SET answered_at = answered_at \(past), failed_at = failed_at \(past), expires_at = expires_at \(past)"
            ))
    }

    private func rows() async throws -> Int {
        try await pool.first("SELECT count(*) AS value FROM farm.resolutions") { row in try row.int("value") } ?? 0
    }

    private static let commit = String(repeating: "c", count: 40)
    private static let other = String(repeating: "d", count: 40)

    // MARK: Names

    @Test(arguments: GitRepository.Way.allCases)
    func findsNames(way: GitRepository.Way) async throws {
        let repository = try GitRepository(way)
        let commits = repository.commits
        let names = [
            ("latest", commits[1]), ("main", commits[1]), ("release-1.0", commits[0]), ("light", commits[0]), ("annotated", commits[0]),
            ("both", commits[0]), ("off-branch", commits[2]), (commits[0], commits[0]), (commits[2], commits[2]),
        ]
        let git = resolver(.git(url: repository.url, submodules: true))
        // A channel is a branch of nixpkgs.
        let channel = resolver(.channel("main"), nixpkgs: repository.url)
        for (tag, commit) in names {
            #expect(
                try await git.resolve(tag: tag) == ResolvedSource(.git(url: repository.url, revision: commit, submodules: true)), "\(tag)")
            #expect(try await channel.resolve(tag: tag) == ResolvedSource(.channel(revision: commit)), "\(tag)")
        }
    }

    private static let noNames = [
        "nothing", "solo", "deep", "note", "Main", "mai", "main^{}", "refs/heads/main", "heads/main", "*", "m*n", "", "-h", "--help",
        "--upload-pack=touch /tmp/nixery-farm-was-here", "$(touch /tmp/nixery-farm-was-here)", "../main", "main\nmain", "main\tmain",
        String(repeating: "c", count: 39), String(repeating: "C", count: 40),
    ]

    @Test func anythingElseIsNoName() async throws {
        let repository = try GitRepository()
        let resolver = resolver(.git(url: repository.url))
        for tag in Self.noNames {
            let error = await #expect(throws: RegistryError.self, "\(tag)") { try await resolver.resolve(tag: tag) }
            #expect(error?.code == .manifestUnknown && error?.status == 404, "\(tag)")
            #expect(error?.message.hasSuffix("is no branch, tag or full commit of \(repository.url)") == true, "\(tag)")
        }
        #expect(throws: TestProcess.Failure.self) { try TestProcess.output(["ls", "/tmp/nixery-farm-was-here"]) }
    }

    @Test func aRepositoryWithoutCommitsSaysSo() async throws {
        let directory = try TestProcess.temporaryDirectory()
        defer { try? TestProcess.run("rm", "-rf", directory) }
        _ = try TestProcess.output(["git", "init", "--quiet", directory])
        let error = await #expect(throws: RegistryError.self) { try await self.resolver(.git(url: directory)).resolve(tag: "latest") }
        #expect(error?.message.contains("no commit on its default branch") == true)
    }

    @Test func aPathHasNoTags() async throws {
        #expect(try await resolver(.path("/srv/set")).resolve(tag: "anything") == ResolvedSource(.path("/srv/set")))
        #expect(try await rows() == 0)
    }

    // MARK: Sharing

    @Test func aPushFollowsWithinTheTime() async throws {
        let repository = try GitRepository()
        let (one, two) = (resolver(.git(url: repository.url)), resolver(.git(url: repository.url)))
        let old = ResolvedSource(.git(url: repository.url, revision: repository.commits[1]))
        #expect(try await one.resolve(tag: "latest") == old)
        let pushed = try repository.push()
        #expect(try await two.resolve(tag: "latest") == old)
        try await age(61)
        for resolver in [two, one] {
            #expect(try await resolver.resolve(tag: "latest") == ResolvedSource(.git(url: repository.url, revision: pushed)))
        }
    }

    @Test func manyAskOnce() async throws {
        let origin = try StubOrigin(main: Self.commit)
        let resolvers = (0..<4).map { _ in resolver(.git(url: origin.url)) }
        try await withThrowingTaskGroup(of: ResolvedSource.self) { group in
            for resolver in resolvers + resolvers + resolvers { group.addTask { try await resolver.resolve(tag: "main") } }
            for try await source in group { #expect(source.source.revision == Self.commit) }
        }
        #expect(origin.asked == 1)
    }

    /// The claim's holder died: it ends by itself. Until then others wait for its answer.
    @Test func anotherFrontendsAnswerIsWaitedFor() async throws {
        let origin = try StubOrigin(main: Self.commit)
        let resolutions = Resolutions(pool: pool, times: ResolutionTimes())
        let name = Resolutions.Name(url: origin.url, name: "main")
        let claim = try #require(try await resolutions.claim(name))
        #expect(try await resolutions.claim(name) == nil)
        async let waiting = resolver(.git(url: origin.url)).resolve(tag: "main")
        #expect(try await resolutions.record(claim, revision: Self.other))
        #expect(try await waiting.source.revision == Self.other)
        #expect(origin.asked == 0)
    }

    @Test func whoLostItsClaimWritesNothing() async throws {
        let resolutions = Resolutions(pool: pool, times: ResolutionTimes())
        let name = Resolutions.Name(url: "u", name: "main")
        let lost = try #require(try await resolutions.claim(name))
        try await pool.execute("UPDATE farm.resolutions SET asked_until = now() - interval '1 second'")
        let claim = try #require(try await resolutions.claim(name))
        #expect(try await !resolutions.record(lost, revision: Self.other))
        #expect(try await !resolutions.record(lost, failure: "late"))
        #expect(try await resolutions.record(claim, revision: Self.commit))
        #expect(try await resolutions.entry(name)?.revision == Self.commit)
        // What was just answered is not asked for again.
        #expect(try await resolutions.claim(name) == nil)
    }

    /// A client can ask for any name.
    @Test func namesThatAreNoneAreForgotten() async throws {
        let repository = try GitRepository()
        let resolver = resolver(.git(url: repository.url))
        for tag in ["a", "b", "c"] { _ = try? await resolver.resolve(tag: tag) }
        #expect(try await rows() == 3)
        try await age(11)
        _ = try await resolver.resolve(tag: "main")
        #expect(try await rows() == 1)
    }

    /// Another frontend asks for all of these, so whoever looks them up here has to wait, up to so many.
    @Test func notEndlesslyManyAreLookedUpAtOnce() async throws {
        let resolutions = Resolutions(pool: pool, times: ResolutionTimes())
        let names = (0...64).map { Resolutions.Name(url: "/nowhere", name: "b\($0)") }
        var claims: [Resolutions.Claim] = []
        for name in names { claims.append(try #require(try await resolutions.claim(name))) }
        let resolver = resolver(.git(url: "/nowhere"))
        try await withThrowingTaskGroup(of: RegistryError?.self) { group in
            for name in names {
                group.addTask {
                    do {
                        _ = try await resolver.resolve(tag: name.name)
                        return nil
                    } catch let error as RegistryError {
                        return error
                    }
                }
            }
            let refused = try await group.next() ?? nil
            #expect(refused?.status == 429 && refused?.message.hasPrefix("too many branches and tags") == true)
            for claim in claims { #expect(try await resolutions.record(claim, revision: Self.commit)) }
            for try await error in group { #expect(error == nil) }
        }
    }

    @Test func noPasswordIsWritten() async throws {
        let origin = try StubOrigin(main: Self.commit)
        _ = try await resolver(.git(url: origin.url)).resolve(tag: "main")
        origin.set(.failing(500))
        try await age(61)
        _ = try await resolver(.git(url: origin.url)).resolve(tag: "main")
        let text = try await pool.first("SELECT string_agg(r::text, ' ') AS value FROM farm.resolutions r") { row in try row.text("value") }
        #expect(text?.contains("127.0.0.1") == true && text?.contains("secret") == false, "\(text ?? "")")
    }

    // MARK: Origins out of reach

    @Test func theLastGoodAnswerServesForATime() async throws {
        let origin = try StubOrigin(main: Self.commit)
        _ = try await resolver(.git(url: origin.url)).resolve(tag: "main")
        origin.set(.failing(500))
        try await age(5 * 3600)
        let stale = try await resolver(.git(url: origin.url)).resolve(tag: "main")
        #expect(stale.source.revision == Self.commit)
        #expect(stale.caveat?.contains("cannot be asked for 'main' now") == true && stale.caveat?.contains("300 min ago") == true)
        #expect(stale.caveat?.contains("secret") == false)
        let asked = origin.asked
        // A failure counts for a moment, for all frontends.
        #expect(try await resolver(.git(url: origin.url)).resolve(tag: "main").caveat != nil)
        #expect(origin.asked == asked)
        // Too old.
        try await age(3600 + 1)
        let error = await #expect(throws: RegistryError.self) { try await self.resolver(.git(url: origin.url)).resolve(tag: "main") }
        #expect(error?.status == 429 && error?.retryAfter != nil)
        #expect(origin.asked == asked + 1)
        // It is back.
        origin.set(.answers(Self.other))
        try await age(11)
        let back = try await resolver(.git(url: origin.url)).resolve(tag: "main")
        #expect(back.source.revision == Self.other && back.caveat == nil)
    }

    /// A branch that is gone is gone, whatever it was.
    @Test func whatIsGoneIsNotServed() async throws {
        let origin = try StubOrigin(main: Self.commit)
        let url = origin.url
        _ = try await resolver(.git(url: url)).resolve(tag: "main")
        try await pool.execute("UPDATE farm.resolutions SET name = 'gone'")
        try await age(61)
        let error = await #expect(throws: RegistryError.self) { try await self.resolver(.git(url: url)).resolve(tag: "gone") }
        #expect(error?.status == 404)
    }

    @Test(arguments: [
        ("/nowhere/set", "does not appear to be a git repository"), ("file:///nowhere/set", "does not appear to be a git repository"),
        ("git://127.0.0.1:9/set", "Connection refused"), ("http://user:secret@127.0.0.1:9/set", "127.0.0.1:9"),
        ("ssh://git@127.0.0.1:9/set", "Connection refused"), ("ext::sh -c 'touch /tmp/nixery-farm-was-here'", "not allowed"),
        ("nonsense://x/y", "nonsense"),
    ])
    func whatCannotBeReachedIsSaid(url: String, reason: String) async throws {
        let error = await #expect(throws: RegistryError.self) { try await self.resolver(.git(url: url)).resolve(tag: "main") }
        #expect(error?.status == 429)
        let message = error?.message ?? ""
        #expect(message.contains("cannot be asked for 'main' now") && message.contains(reason) && !message.contains("secret"), "\(message)")
    }

    /// Nobody is there to type a password.
    @Test(arguments: ["main", "latest"])
    func aPasswordIsNotAskedFor(tag: String) async throws {
        let origin = try StubOrigin(main: Self.commit)
        origin.set(.failing(401))
        let url = "http://127.0.0.1:\(origin.server.port)/set"
        let error = await #expect(throws: RegistryError.self) { try await self.resolver(.git(url: url)).resolve(tag: tag) }
        #expect(error?.status == 429 && error?.message.contains("could not read Username") == true, "\(error?.message ?? "")")
    }

    @Test func anOriginThatHangsIsLetGo() async throws {
        let server = try StubServer(fault: { _ in .stallAnswer }) { _ in StubAnswer(200) }
        var times = ResolutionTimes()
        times.patience = .milliseconds(300)
        let resolver = resolver(.git(url: server.url + "/set"), times)
        let error = await #expect(throws: RegistryError.self) { try await resolver.resolve(tag: "main") }
        #expect(error?.status == 429 && error?.message.contains("did not answer within 0.3 s (NIXERY_ORIGIN_SECONDS)") == true)
    }
}
