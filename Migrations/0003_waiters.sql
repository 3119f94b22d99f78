-- Who waits for a job, how long it stays wanted, and what keeps it from being claimed.

SET LOCAL search_path = farm, pg_temp;

CREATE TABLE frontends (
    id           text PRIMARY KEY,
    host         text NOT NULL,
    process      integer NOT NULL,
    version      text NOT NULL,
    started_at   timestamptz NOT NULL DEFAULT now(),
    heartbeat_at timestamptz NOT NULL DEFAULT now(),
    stopped_at   timestamptz
);
COMMENT ON TABLE frontends IS 'One row per frontend process. Its waiters count only while heartbeat_at moves.';

CREATE TABLE waiters (
    job      bigint NOT NULL REFERENCES jobs ON DELETE CASCADE,
    frontend text NOT NULL REFERENCES frontends ON DELETE CASCADE,
    since    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (job, frontend)
);
COMMENT ON TABLE waiters IS 'A frontend that has clients waiting for a job, however many they are: written by the first to come and the last to leave.';
CREATE INDEX waiters_frontend ON waiters (frontend);

CREATE TABLE paused_systems (
    system text PRIMARY KEY,
    since  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE paused_systems IS 'Systems whose jobs nobody claims for now; see pause() and resume().';

ALTER TABLE jobs
    ADD COLUMN detached      boolean NOT NULL DEFAULT false,
    ADD COLUMN wanted_until  timestamptz NOT NULL DEFAULT now() + interval '60 seconds',
    ADD COLUMN deadline      timestamptz NOT NULL DEFAULT now() + interval '1 hour',
    ADD COLUMN cancel_reason text,
    ADD COLUMN features      text[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN jobs.detached IS 'Built though nobody waits, as for images made ahead of time.';
COMMENT ON COLUMN jobs.wanted_until IS 'Until then the job counts as wanted though nobody waits; later it is cancelled, unless it is detached.';
COMMENT ON COLUMN jobs.deadline IS 'When the job is given up, wherever it stands.';
COMMENT ON COLUMN jobs.features IS 'What a worker must offer (Nix''s system features) to claim the job.';

ALTER TABLE workers ADD COLUMN features text[] NOT NULL DEFAULT '{}';

-- For pruning, and for the list of recent failures.
CREATE INDEX jobs_ended ON jobs (finished_at) WHERE finished_at IS NOT NULL;
