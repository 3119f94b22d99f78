import Hashing
import Postgres
import Queue
import Records
import Registry
import Testing

@Suite(.timeLimit(.minutes(5))) struct JobLifeTests {
    @Test func equalRequestsShareOneJob() async throws {
        let farm = try await QueueFixture()
        let recipe = try QueueFixture.recipe()
        let outcomes = try await withThrowingTaskGroup(of: BuildOutcome.self) { group in
            for _ in 0..<16 { group.addTask { try await farm.request(recipe) } }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(outcomes.count == 1)
        #expect(try await farm.value("SELECT count(*)::text AS value FROM farm.jobs") == "1")
    }

    @Test func aClaimedJobIsNobodyElses() async throws {
        let farm = try await QueueFixture()
        _ = try await farm.request(QueueFixture.recipe())
        let first = try await farm.queue.claim(farm.worker("w1"), limit: 4)
        let second = try await farm.queue.claim(farm.worker("w2"), limit: 4)
        #expect(first.count == 1)
        #expect(second.isEmpty)
        #expect(try Recipe(decoding: first[0].recipe) == QueueFixture.recipe())
    }

    @Test(arguments: ["aarch64-linux"])
    func workersClaimOnlyTheirSystems(system: String) async throws {
        let farm = try await QueueFixture()
        _ = try await farm.request(QueueFixture.recipe("arm64/hello"))
        #expect(try await farm.queue.claim(farm.worker("x86"), limit: 4).isEmpty)
        #expect(try await farm.queue.claim(farm.worker("arm", systems: ["x86_64-linux", system]), limit: 4).count == 1)
    }

    @Test func aDrainedWorkerClaimsNothing() async throws {
        let farm = try await QueueFixture()
        _ = try await farm.request(QueueFixture.recipe())
        let worker = try await farm.worker()
        try await farm.pool.execute("UPDATE farm.workers SET draining = true")
        #expect(try await farm.queue.claim(worker, limit: 1).isEmpty)
    }

    @Test func aPinnedImageIsKeptUnderItsKey() async throws {
        let farm = try await QueueFixture()
        let recipe = try QueueFixture.recipe(source: QueueFixture.pinned)
        _ = try await farm.request(recipe)
        let job = try #require(try await farm.queue.claim(farm.worker(), limit: 1).first)
        let image = try await farm.image()
        #expect(try await farm.queue.complete(job.lease, image))
        #expect(try await farm.records.manifest(cacheKey: recipe.buildKey(), format: .oci)?.digest == image.oci.digest)
        #expect(try await farm.records.manifest(digest: image.oci.digest)?.bytes == image.oci.bytes)
        #expect(try await farm.queue.outcomes([job.lease.job]) == [job.lease.job: .manifest(image.oci.digest, job: job.lease.job)])
    }

    @Test func aMovingSourceIsNotKeptButServesTheNextSeconds() async throws {
        let farm = try await QueueFixture()
        let recipe = try QueueFixture.recipe()
        _ = try await farm.request(recipe)
        let job = try #require(try await farm.queue.claim(farm.worker(), limit: 1).first)
        let image = try await farm.image()
        #expect(try await farm.queue.complete(job.lease, image))
        #expect(try await farm.records.manifest(cacheKey: recipe.buildKey(), format: .oci) == nil)
        #expect(try await farm.request(recipe) == .manifest(image.oci.digest, job: job.lease.job))
        try await farm.pool.execute("UPDATE farm.jobs SET finished_at = finished_at - interval '1 hour'")
        guard case .waiting(let next) = try await farm.request(recipe) else {
            Issue.record("the next pull should make a new job")
            return
        }
        #expect(next != job.lease.job)
    }

    @Test func theFirstManifestOfAKeyWins() async throws {
        let farm = try await QueueFixture()
        let recipe = try QueueFixture.recipe(source: QueueFixture.pinned)
        let worker = try await farm.worker()
        var leases: [JobLease] = []
        for seed in ["first", "second"] {
            _ = try await farm.pool.execute("DELETE FROM farm.jobs WHERE state = 'succeeded'")
            _ = try await farm.request(recipe)
            let job = try #require(try await farm.queue.claim(worker, limit: 1).first)
            leases.append(job.lease)
            #expect(try await farm.queue.complete(job.lease, farm.image(seed)))
        }
        let first = try SHA256.digest(of: Array("first".utf8))
        #expect(try await farm.records.manifest(cacheKey: recipe.buildKey(), format: .oci)?.digest == first)
        #expect(try await farm.queue.outcomes([leases[1].job])[leases[1].job] == .manifest(first, job: leases[1].job))
    }

    /// The plan of a claim is made once for each connection, often while there is no job at all.
    @Test func aPlanMadeForAnEmptyQueueServesAFullOne() async throws {
        let farm = try await QueueFixture()
        let worker = try await farm.worker()
        try await farm.pool.execute("VACUUM ANALYZE farm.jobs")
        #expect(try await farm.queue.claim(worker, limit: 1).isEmpty)
        try await farm.pool.execute(
            """
            INSERT INTO farm.jobs (build_key, recipe, recipe_version, pinned, image, source, system, deadline)
            SELECT sha256(n::text::bytea), 'r', 1, true, 'image' || n, 'test', 'x86_64-linux', now() + interval '1 day'
            FROM generate_series(1, 1000) AS n
            """)
        #expect(try await farm.queue.claim(worker, limit: 1).first?.image == "image1")
        try await farm.pool.execute("SELECT pg_stat_force_next_flush()")
        let rows = "SELECT seq_tup_read::text AS value FROM pg_stat_user_tables WHERE relid = 'farm.jobs'::regclass"
        #expect(try await farm.value(rows) == "0")
    }
}
