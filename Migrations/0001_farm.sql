-- The farm's schema: what is to be built (jobs), who builds it (workers), and what is known (manifests, layers, store paths).
--
-- Every time here is the database's own now(); no client's clock is stored or compared.
-- The schema "farm" itself is made by the migrator, which keeps its table of applied files in it.

SET LOCAL search_path = farm, pg_temp;

-- ---------------------------------------------------------------------------------------------------------------------
-- Workers
-- ---------------------------------------------------------------------------------------------------------------------

CREATE TABLE workers (
    id             text PRIMARY KEY,
    host           text NOT NULL,
    process        integer NOT NULL,
    systems        text[] NOT NULL,
    slots          integer NOT NULL CHECK (slots > 0),
    version        text NOT NULL,
    recipe_version integer NOT NULL,
    draining       boolean NOT NULL DEFAULT false,
    started_at     timestamptz NOT NULL DEFAULT now(),
    heartbeat_at   timestamptz NOT NULL DEFAULT now(),
    stopped_at     timestamptz
);
COMMENT ON TABLE workers IS 'One row per worker process. heartbeat_at moves every few seconds while it lives; draining stops it from claiming.';

-- ---------------------------------------------------------------------------------------------------------------------
-- What is known. The first record wins everywhere: inserts do nothing on conflict, and readers use the stored row.
-- ---------------------------------------------------------------------------------------------------------------------

CREATE TABLE store_paths (
    path          text PRIMARY KEY,
    nar_hash      text NOT NULL,
    nar_size      bigint NOT NULL CHECK (nar_size >= 0),
    path_refs     text[] NOT NULL,
    recorded_at   timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE store_paths IS 'Nix store paths with their references (without themselves) and NAR sizes; layers are planned with the recorded sizes.';

CREATE TABLE layers (
    layer_key         bytea PRIMARY KEY CHECK (octet_length(layer_key) = 32),
    digest            bytea NOT NULL CHECK (octet_length(digest) = 32),
    diff_id           bytea NOT NULL CHECK (octet_length(diff_id) = 32),
    size              bigint NOT NULL,
    uncompressed_size bigint NOT NULL,
    codec             text NOT NULL,
    recorded_at       timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE layers IS 'Stored layers by layer key: SHA-256 over their store paths and the packing format. Written once the blob is confirmed.';
CREATE INDEX layers_digest ON layers (digest);

CREATE TABLE manifests (
    oci_digest    bytea PRIMARY KEY CHECK (octet_length(oci_digest) = 32),
    oci_bytes     bytea NOT NULL,
    docker_digest bytea CHECK (octet_length(docker_digest) = 32),
    docker_bytes  bytea,
    config_digest bytea NOT NULL CHECK (octet_length(config_digest) = 32),
    image         text NOT NULL,
    published_at  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE manifests IS 'Every published image: its OCI manifest and the Docker schema 2 form of the same, byte for byte as they are served.';
CREATE INDEX manifests_docker_digest ON manifests (docker_digest);

CREATE TABLE manifest_layers (
    oci_digest bytea NOT NULL REFERENCES manifests ON DELETE CASCADE,
    position   integer NOT NULL,
    layer_key  bytea NOT NULL REFERENCES layers,
    PRIMARY KEY (oci_digest, position)
);
COMMENT ON TABLE manifest_layers IS 'Which layers a manifest names, in its order; keeps a named layer''s record from being removed.';
CREATE INDEX manifest_layers_layer ON manifest_layers (layer_key);

CREATE TABLE cache_keys (
    build_key  bytea PRIMARY KEY CHECK (octet_length(build_key) = 32),
    oci_digest bytea NOT NULL REFERENCES manifests ON DELETE CASCADE
);
COMMENT ON TABLE cache_keys IS 'The manifest of each pinned recipe. A moving source has no row: what it gives may change.';

-- ---------------------------------------------------------------------------------------------------------------------
-- Jobs
-- ---------------------------------------------------------------------------------------------------------------------

CREATE TABLE jobs (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    build_key        bytea NOT NULL CHECK (octet_length(build_key) = 32),
    recipe           bytea NOT NULL,
    recipe_version   integer NOT NULL,
    pinned           boolean NOT NULL,
    image            text NOT NULL,
    source           text NOT NULL,
    system           text NOT NULL,
    priority         smallint NOT NULL DEFAULT 0,
    state            text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
    phase            text,
    progress_done    bigint NOT NULL DEFAULT 0,
    progress_total   bigint NOT NULL DEFAULT 0,
    attempt          integer NOT NULL DEFAULT 0,
    fence            bigint,
    worker           text REFERENCES workers,
    lease_until      timestamptz,
    run_after        timestamptz NOT NULL DEFAULT now(),
    cancel_requested boolean NOT NULL DEFAULT false,
    manifest         bytea REFERENCES manifests ON DELETE SET NULL,
    error_code       text,
    error_message    text,
    created_at       timestamptz NOT NULL DEFAULT now(),
    started_at       timestamptz,
    finished_at      timestamptz,
    CHECK (state <> 'running' OR (fence IS NOT NULL AND lease_until IS NOT NULL AND worker IS NOT NULL))
) WITH (fillfactor = 70);
COMMENT ON TABLE jobs IS 'One row: make the manifest of this recipe. build_key is the SHA-256 of the recipe; at most one live job has it.';
COMMENT ON COLUMN jobs.fence IS 'Drawn anew at every claim; every later write of the worker must carry it. The attempt number is no fence.';
COMMENT ON COLUMN jobs.priority IS 'Smaller goes first; 0 is a person''s pull.';

-- One live job per build key, however many ask. A job whose cancel was asked for no longer counts, so that a new request need not wait
-- for its processes to end.
CREATE UNIQUE INDEX jobs_live ON jobs (build_key) WHERE state IN ('queued', 'running') AND NOT cancel_requested;
-- The order in which workers claim. lease_until has no index on purpose: renewals stay heap-only updates.
CREATE INDEX jobs_claim ON jobs (system, priority, id) WHERE state = 'queued';
CREATE INDEX jobs_running ON jobs (id) WHERE state = 'running';
-- For the requests that follow a finished build of a moving source within seconds.
CREATE INDEX jobs_finished ON jobs (build_key, finished_at) WHERE state = 'succeeded';

-- Its values must survive a crash of the server: claims therefore commit synchronously.
CREATE SEQUENCE fence;

CREATE TABLE job_events (
    id     bigint GENERATED ALWAYS AS IDENTITY,
    job    bigint NOT NULL,
    at     timestamptz NOT NULL DEFAULT now(),
    kind   text NOT NULL,
    worker text,
    fence  bigint,
    detail text,
    writer xid8 NOT NULL DEFAULT pg_current_xact_id()
);
COMMENT ON TABLE job_events IS 'What happened to jobs, in order of id within a job. writer lets a tail leave out rows whose neighbours are not committed yet.';
CREATE INDEX job_events_job ON job_events (job, id);
CREATE INDEX job_events_id ON job_events (id);

CREATE TABLE job_logs (
    job   bigint NOT NULL REFERENCES jobs ON DELETE CASCADE,
    chunk bigint GENERATED ALWAYS AS IDENTITY,
    text  text NOT NULL,
    PRIMARY KEY (job, chunk)
);
COMMENT ON TABLE job_logs IS 'The output of Nix and its builders, in chunks, while a job runs and after.';

CREATE TABLE failures (
    build_key        bytea PRIMARY KEY CHECK (octet_length(build_key) = 32),
    job              bigint NOT NULL,
    code             text NOT NULL,
    message          text NOT NULL,
    remembered_until timestamptz NOT NULL
);
COMMENT ON TABLE failures IS 'Final errors, remembered for a short time: a client asks twice (HEAD, then GET), and the same build would fail again.';

-- ---------------------------------------------------------------------------------------------------------------------
-- Views for people
-- ---------------------------------------------------------------------------------------------------------------------

CREATE VIEW queue AS
SELECT system, priority, count(*) AS jobs, date_trunc('second', now() - min(created_at)) AS oldest
FROM jobs WHERE state = 'queued' GROUP BY system, priority ORDER BY system, priority;
COMMENT ON VIEW queue IS 'How many jobs wait, per system and priority, and for how long the oldest has.';

CREATE VIEW running AS
SELECT id, image, source, system, worker, phase, progress_done AS done, progress_total AS total, attempt,
       date_trunc('second', now() - started_at) AS age, date_trunc('second', lease_until - now()) AS lease
FROM jobs WHERE state = 'running' ORDER BY started_at;
COMMENT ON VIEW running IS 'Jobs being built: phase, worker, age, and what is left of the lease.';

CREATE VIEW worker_status AS
SELECT w.id, w.host, w.process, w.systems, w.slots, count(j.id) AS running, w.version,
       CASE WHEN w.stopped_at IS NOT NULL THEN 'stopped'
            WHEN now() - w.heartbeat_at > interval '45 seconds' THEN 'lost'
            WHEN w.draining THEN 'draining' ELSE 'ready' END AS state,
       date_trunc('second', now() - w.heartbeat_at) AS last_heartbeat
FROM workers w LEFT JOIN jobs j ON j.worker = w.id AND j.state = 'running'
GROUP BY w.id ORDER BY w.started_at DESC;
COMMENT ON VIEW worker_status IS 'Every worker: what it serves, how busy it is, when it was last heard of.';

CREATE VIEW recent_failures AS
SELECT id, image, source, error_code AS code, split_part(error_message, E'\n', 1) AS reason, worker, attempt,
       date_trunc('second', finished_at) AS finished, '/jobs/' || id || '/log' AS log
FROM jobs WHERE state = 'failed' ORDER BY finished_at DESC LIMIT 50;
COMMENT ON VIEW recent_failures IS 'The last failed jobs with their reason and where the log is.';

CREATE VIEW tail AS
SELECT e.id, date_trunc('milliseconds', e.at) AS at, e.job, j.image, e.kind, e.worker, e.detail
FROM job_events e LEFT JOIN jobs j ON j.id = e.job
WHERE e.writer < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY e.id DESC LIMIT 40;
COMMENT ON VIEW tail IS 'The latest events; rows of transactions that are still open, and whatever came after those, are left out.';
