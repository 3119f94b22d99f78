import Postgres

/// The statements of ``JobQueue``'s worker side.
extension JobQueue {
    /// The two statements of a job's way that count, for a benchmark to send by other means.
    package static var benchmarkStatements: (claim: String, complete: String) { (claim.text, complete.text) }

    static let registerWorker: SQLStatement = """
        INSERT INTO farm.workers (id, host, process, systems, slots, version, recipe_version, features)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (id) DO UPDATE SET heartbeat_at = now(), stopped_at = NULL
        """

    /// One subquery per system keeps to the index; an array of the picked rows keeps the planner from scanning the table.
    static let claim: SQLStatement = """
        WITH claimed AS (
            UPDATE farm.jobs SET state = 'running', fence = nextval('farm.fence'), worker = $1, attempt = attempt + 1, phase = 'claimed',
                progress_done = 0, progress_total = 0, started_at = now(), lease_until = now() + make_interval(secs => $5)
            WHERE id = ANY (ARRAY(
                SELECT picked.id FROM unnest($2::text[]) AS served(system), LATERAL (
                    SELECT id, priority FROM farm.jobs
                    WHERE state = 'queued' AND system = served.system AND run_after <= now() AND recipe_version <= $3 AND features <@ $6::text[]
                    ORDER BY priority, id LIMIT $4 FOR UPDATE SKIP LOCKED
                ) AS picked
                WHERE NOT EXISTS (SELECT FROM farm.paused_systems p WHERE p.system = served.system)
                ORDER BY picked.priority, picked.id LIMIT $4
            )) AND EXISTS (SELECT FROM farm.workers WHERE id = $1 AND NOT draining)
            RETURNING id, fence, recipe, image, attempt, priority, extract(epoch FROM deadline - now())::float8 AS time_left
        ), event AS (
            INSERT INTO farm.job_events (job, kind, worker, fence, detail)
            SELECT id, 'claimed', $1, fence, 'attempt ' || attempt FROM claimed
        )
        SELECT id, fence, recipe, image, attempt, time_left FROM claimed ORDER BY priority, id
        """

    static let heartbeat: SQLStatement = """
        WITH alive AS (UPDATE farm.workers SET heartbeat_at = now() WHERE id = $1)
        UPDATE farm.jobs AS job SET lease_until = now() + make_interval(secs => $4)
        FROM unnest($2::bigint[], $3::bigint[]) AS held(id, fence)
        WHERE job.id = held.id AND job.fence = held.fence AND job.state = 'running'
        RETURNING job.id, job.fence, job.cancel_requested
        """

    static let progress: SQLStatement = """
        WITH changed AS (
            UPDATE farm.jobs AS job SET phase = $3, progress_done = $4, progress_total = $5
            FROM (SELECT id, phase FROM farm.jobs WHERE id = $1) AS before
            WHERE job.id = before.id AND job.fence = $2 AND job.state = 'running' RETURNING job.id, job.worker, before.phase AS old
        ), event AS (
            INSERT INTO farm.job_events (job, kind, worker, fence, detail)
            SELECT id, 'phase', worker, $2, $3 FROM changed WHERE old IS DISTINCT FROM $3
        )
        SELECT id FROM changed
        """

    static let appendLog: SQLStatement = """
        INSERT INTO farm.job_logs (job, text) SELECT id, $3 FROM farm.jobs WHERE id = $1 AND fence = $2 AND state = 'running'
        """

    static let complete = SQLStatement(
        """
        WITH mine AS (
            SELECT id, build_key, pinned, image FROM farm.jobs WHERE id = $1 AND fence = $2 AND state = 'running' FOR UPDATE
        ), manifest AS (
            INSERT INTO farm.manifests (oci_digest, oci_bytes, docker_digest, docker_bytes, config_digest, image, caveats)
            SELECT $3, $4, $5, $6, $7, image, $9::text[] FROM mine ON CONFLICT DO NOTHING
        ), layer AS (
            INSERT INTO farm.manifest_layers (oci_digest, position, layer_key, digest)
            SELECT $3, given.position, known.layer_key, known.digest
            FROM mine, unnest($8::text[]) WITH ORDINALITY AS given(hex, position)
            LEFT JOIN farm.layers known ON known.layer_key = decode(given.hex, 'hex')
            ON CONFLICT DO NOTHING
        ), kept AS (
            INSERT INTO farm.cache_keys (build_key, oci_digest) SELECT build_key, $3 FROM mine WHERE pinned ON CONFLICT DO NOTHING
        ), outbox AS (
            INSERT INTO farm.outbox (path, kind, key) SELECT 'manifests/' || encode(build_key, 'hex'), 'manifest', build_key
            FROM mine WHERE pinned ON CONFLICT (path) DO UPDATE SET run_after = now()
        ), finished AS (
            UPDATE farm.jobs AS job SET state = 'succeeded', phase = 'done', finished_at = now(), lease_until = NULL,
                manifest = COALESCE((SELECT oci_digest FROM farm.cache_keys known WHERE mine.pinned AND known.build_key = mine.build_key), $3)
            FROM mine WHERE job.id = mine.id RETURNING job.id, job.worker
        ), forgiven AS (
            DELETE FROM farm.failures WHERE build_key = (SELECT build_key FROM mine)
        ), event AS (
            INSERT INTO farm.job_events (job, kind, worker, fence, detail)
            SELECT id, 'succeeded', worker, $2, 'sha256:' || encode($3, 'hex') FROM finished
        )
        SELECT EXISTS (SELECT FROM finished) OR EXISTS (\(ended) AND kind = 'succeeded') AS done
        """
    )

    /// The event of an end that was written before, though its answer was lost.
    private static let ended = "SELECT FROM farm.job_events WHERE job = $1 AND fence = $2"

    static let fail = SQLStatement(
        """
        WITH mine AS (
            SELECT id, build_key, pinned, worker, attempt,
                CASE WHEN cancel_requested THEN 'cancelled' WHEN $5 OR attempt >= $6 THEN 'failed' ELSE 'queued' END AS next
            FROM farm.jobs WHERE id = $1 AND fence = $2 AND state = 'running' FOR UPDATE
        ), changed AS (
            UPDATE farm.jobs AS job SET state = mine.next, lease_until = NULL,
                error_code = $3, error_message = $4, finished_at = CASE WHEN mine.next <> 'queued' THEN now() END,
                run_after = now() + make_interval(secs => $7 * power(2, mine.attempt - 1) * (0.75 + random() / 2))
            FROM mine WHERE job.id = mine.id RETURNING job.id, job.state
        ), remembered AS (
            INSERT INTO farm.failures (build_key, job, code, message, remembered_until)
            SELECT build_key, id, $3, $4, now() + make_interval(secs => CASE WHEN pinned AND $5 THEN $8::float8 ELSE $9::float8 END) FROM mine WHERE next = 'failed'
            ON CONFLICT (build_key) DO UPDATE SET job = excluded.job, code = excluded.code, message = excluded.message,
                remembered_until = excluded.remembered_until
        ), event AS (
            INSERT INTO farm.job_events (job, kind, worker, fence, detail)
            SELECT id, CASE next WHEN 'queued' THEN 'retried' ELSE next END, worker, $2, $3 || ': ' || split_part($4, E'\\n', 1) FROM mine
        )
        SELECT state FROM changed
        UNION ALL SELECT 'written before' WHERE EXISTS (\(ended) AND kind IN ('failed', 'retried'))
        """
    )

    static let release = released("id = $1 AND fence = $2")
    static let giveBack = released("worker = $1 AND fence <> ALL ($2::bigint[])")

    private static func released(_ condition: String) -> SQLStatement {
        SQLStatement(
            """
            WITH changed AS (
                UPDATE farm.jobs SET state = CASE WHEN cancel_requested THEN 'cancelled' ELSE 'queued' END, lease_until = NULL,
                    attempt = attempt - 1, phase = NULL, finished_at = CASE WHEN cancel_requested THEN now() END
                WHERE \(condition) AND state = 'running' RETURNING id, worker, fence
            ), event AS (INSERT INTO farm.job_events (job, kind, worker, fence) SELECT id, 'released', worker, fence FROM changed)
            SELECT id FROM changed
            """
        )
    }

    static let cancelled: SQLStatement = """
        WITH changed AS (
            UPDATE farm.jobs SET state = 'cancelled', lease_until = NULL, finished_at = now()
            WHERE id = $1 AND fence = $2 AND state = 'running' RETURNING id, worker
        ), event AS (INSERT INTO farm.job_events (job, kind, worker, fence) SELECT id, 'cancelled', worker, $2 FROM changed)
        SELECT id FROM changed
        """
}
