import ArgumentParser
import Hashing
import Logging
import Postgres
import Queue
import Records
import Registry

/// The queue alone, as workers and frontends use it; Benchmarks/queue/run puts it beside pgbench and procrastinate.
@main
struct QueueBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue-benchmark",
        abstract: "Measure the farm's queue on the database that DATABASE_URL names. Its jobs are removed.",
        subcommands: [Fill.self, Throughput.self, Latency.self, Script.self])
}

/// What all measurements share.
struct Bench {
    let pool: PostgresPool
    let queue: JobQueue
    let worker = WorkerIdentity(id: "bench", host: "bench", process: 1, systems: ["x86_64-linux"], slots: 1000, version: "bench")
    static let logger = Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }

    init(connections: Int) async throws {
        pool = try PostgresPool(PostgresConfiguration(), size: connections, logger: Self.logger)
        queue = JobQueue(pool: pool, times: QueueTimes())
        try await queue.register(worker)
    }

    /// Empties the tables and queues so many jobs, each with a key of its own.
    func fill(_ jobs: Int) async throws {
        for statement in Self.clear { try await pool.execute(SQLStatement(statement)) }
        try await pool.execute(SQLStatement(Self.fill), [.int(jobs)])
        try await pool.execute("VACUUM ANALYZE farm.jobs")
    }

    static let clear = ["TRUNCATE farm.jobs, farm.job_events, farm.manifests, farm.cache_keys, farm.outbox CASCADE"]
    static let fill = """
        INSERT INTO farm.jobs (build_key, recipe, recipe_version, pinned, image, source, system, deadline)
        SELECT sha256(n::text::bytea), repeat('r', 300)::bytea, 1, true, 'image' || n, 'bench', 'x86_64-linux', now() + interval '1 day'
        FROM generate_series(1, $1) AS n
        """

    /// An image of its own for each job, as large as real ones are: a manifest of some 3 kB in both forms.
    func image(_ job: Int) throws -> PublishedImage {
        let bytes = Array("\(job) \(String(repeating: "m", count: 3000))".utf8)
        let digest = try SHA256.digest(of: bytes)
        let docker = try SHA256.digest(of: Array("docker \(job)".utf8))
        return PublishedImage(
            oci: StoredManifest(digest: digest, format: .oci, bytes: bytes),
            docker: StoredManifest(digest: docker, format: .docker, bytes: bytes), configDigest: digest, layerKeys: [])
    }
}
