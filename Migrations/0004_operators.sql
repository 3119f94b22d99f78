-- What operators call, and what they look at: functions and views in plain words, and events in daily partitions.

SET LOCAL search_path = farm, pg_temp;

-- ---------------------------------------------------------------------------------------------------------------------
-- Events by day: old ones go by dropping a table. The default partition takes whatever has no day of its own, so that a job never fails
-- for want of one.
-- ---------------------------------------------------------------------------------------------------------------------

ALTER TABLE job_events ALTER COLUMN id DROP IDENTITY;
CREATE SEQUENCE job_event_id;
SELECT setval('farm.job_event_id', COALESCE((SELECT max(id) FROM job_events), 0) + 1, false);
ALTER TABLE job_events RENAME TO job_events_other;
ALTER INDEX job_events_job RENAME TO job_events_other_job;
ALTER INDEX job_events_id RENAME TO job_events_other_id;

CREATE TABLE job_events (
    id     bigint NOT NULL DEFAULT nextval('farm.job_event_id'),
    job    bigint NOT NULL,
    at     timestamptz NOT NULL DEFAULT now(),
    kind   text NOT NULL,
    worker text,
    fence  bigint,
    detail text,
    writer xid8 NOT NULL DEFAULT pg_current_xact_id()
) PARTITION BY RANGE (at);
COMMENT ON TABLE job_events IS 'What happened to jobs, in order of id within a job. writer lets a tail leave out rows whose neighbours are not committed yet.';
ALTER TABLE job_events ATTACH PARTITION job_events_other DEFAULT;
CREATE INDEX job_events_job ON job_events (job, id);
CREATE INDEX job_events_id ON job_events (id);

-- The view was made for the renamed table.
CREATE OR REPLACE VIEW tail AS
SELECT e.id, date_trunc('milliseconds', e.at) AS at, e.job, j.image, e.kind, e.worker, e.detail
FROM job_events e LEFT JOIN jobs j ON j.id = e.job
WHERE e.writer < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY e.id DESC LIMIT 40;

CREATE FUNCTION keep_event_days(days integer) RETURNS integer LANGUAGE plpgsql SET search_path = farm, pg_temp AS $$
DECLARE
    day date;
    old record;
    changed integer := 0;
BEGIN
    -- One at a time; whoever comes second has nothing to do.
    IF NOT pg_try_advisory_xact_lock(hashtext('farm.job_events')) THEN RETURN 0; END IF;
    -- Only days to come: today's events may stand in the default partition already.
    FOR day IN SELECT (now() AT TIME ZONE 'UTC')::date + ahead FROM generate_series(1, 3) AS ahead LOOP
        CONTINUE WHEN to_regclass(format('farm.job_events_%s', to_char(day, 'YYYYMMDD'))) IS NOT NULL;
        EXECUTE format('CREATE TABLE farm.job_events_%s PARTITION OF farm.job_events FOR VALUES FROM (%L) TO (%L)',
            to_char(day, 'YYYYMMDD'), day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC');
        changed := changed + 1;
    END LOOP;
    FOR old IN
        SELECT child.relname FROM pg_inherits i JOIN pg_class child ON child.oid = i.inhrelid
        WHERE i.inhparent = 'farm.job_events'::regclass AND child.relname ~ '^job_events_[0-9]{8}$'
          AND to_date(right(child.relname, 8), 'YYYYMMDD') < (now() AT TIME ZONE 'UTC')::date - days
    LOOP
        EXECUTE format('DROP TABLE farm.%I', old.relname);
        changed := changed + 1;
    END LOOP;
    DELETE FROM job_events_other WHERE at < now() - make_interval(days => days);
    RETURN changed;
END $$;
COMMENT ON FUNCTION keep_event_days IS 'Makes the partitions of the next days and drops those older than so many days. Every process of the farm calls it now and then.';

-- ---------------------------------------------------------------------------------------------------------------------
-- Functions: each says in words what it did. They wake whoever has to act.
-- ---------------------------------------------------------------------------------------------------------------------

CREATE FUNCTION cancel(job_id bigint) RETURNS text LANGUAGE plpgsql SET search_path = farm, pg_temp AS $$
DECLARE
    job jobs%ROWTYPE;
BEGIN
    SELECT * INTO job FROM jobs WHERE id = job_id FOR UPDATE;
    IF NOT FOUND THEN RETURN format('there is no job %s', job_id); END IF;
    IF job.state NOT IN ('queued', 'running') THEN RETURN format('job %s (%s) has ended already: %s', job_id, job.image, job.state); END IF;
    UPDATE jobs SET cancel_requested = true, cancel_reason = 'cancelled by an operator',
        state = CASE state WHEN 'queued' THEN 'cancelled' ELSE state END,
        finished_at = CASE state WHEN 'queued' THEN now() END
    WHERE id = job_id;
    INSERT INTO job_events (job, kind, detail) VALUES (job_id, 'cancel', 'cancelled by an operator');
    PERFORM pg_notify('farm_control', ''), pg_notify('farm_done', job_id::text);
    RETURN CASE job.state WHEN 'queued' THEN format('job %s (%s) is cancelled', job_id, job.image)
        ELSE format('job %s (%s) is being stopped by %s', job_id, job.image, job.worker) END;
END $$;
COMMENT ON FUNCTION cancel IS 'Ends a job: a queued one at once, a running one as soon as its worker has stopped its processes.';

CREATE FUNCTION retry(job_id bigint) RETURNS text LANGUAGE plpgsql SET search_path = farm, pg_temp AS $$
DECLARE
    job jobs%ROWTYPE;
BEGIN
    SELECT * INTO job FROM jobs WHERE id = job_id FOR UPDATE;
    IF NOT FOUND THEN RETURN format('there is no job %s', job_id); END IF;
    IF job.state NOT IN ('failed', 'cancelled') THEN RETURN format('job %s (%s) is %s; only a failed or cancelled one can be retried', job_id, job.image, job.state); END IF;
    DELETE FROM failures WHERE build_key = job.build_key;
    BEGIN
        UPDATE jobs SET state = 'queued', attempt = 0, phase = NULL, run_after = now(), cancel_requested = false, cancel_reason = NULL,
            detached = true, error_code = NULL, error_message = NULL, finished_at = NULL, deadline = now() + (deadline - created_at)
        WHERE id = job_id;
    EXCEPTION WHEN unique_violation THEN
        RETURN format('%s is being built already, by a newer job', job.image);
    END;
    INSERT INTO job_events (job, kind, detail) VALUES (job_id, 'queued', 'retried by an operator');
    PERFORM pg_notify('farm_work', '');
    RETURN format('job %s (%s) is queued again', job_id, job.image);
END $$;
COMMENT ON FUNCTION retry IS 'Queues a failed or cancelled job again, whether or not anybody waits for it, and forgets its remembered failure.';

CREATE FUNCTION pause(system_name text) RETURNS text LANGUAGE sql SET search_path = farm, pg_temp AS $$
    INSERT INTO paused_systems (system) VALUES (system_name) ON CONFLICT DO NOTHING;
    SELECT format('no job for %s is claimed until SELECT farm.resume(%L); %s are queued', system_name, system_name,
        (SELECT count(*) FROM jobs WHERE state = 'queued' AND system = system_name));
$$;
COMMENT ON FUNCTION pause IS 'Keeps workers from claiming jobs of a system. What runs goes on.';

CREATE FUNCTION resume(system_name text) RETURNS text LANGUAGE sql SET search_path = farm, pg_temp AS $$
    DELETE FROM paused_systems WHERE system = system_name;
    SELECT pg_notify('farm_work', '');
    SELECT format('jobs for %s are claimed again', system_name);
$$;
COMMENT ON FUNCTION resume IS 'Ends what pause() began.';

CREATE FUNCTION drain(worker_id text) RETURNS text LANGUAGE plpgsql SET search_path = farm, pg_temp AS $$
BEGIN
    UPDATE workers SET draining = true WHERE id = worker_id AND stopped_at IS NULL;
    IF NOT FOUND THEN RETURN format('no worker %s is at work', worker_id); END IF;
    RETURN format('%s claims nothing more; %s of its jobs still run', worker_id,
        (SELECT count(*) FROM jobs WHERE worker = worker_id AND state = 'running'));
END $$;
COMMENT ON FUNCTION drain IS 'Keeps one worker from claiming; its running jobs go on. There is no way back but a restart of the worker.';

-- ---------------------------------------------------------------------------------------------------------------------
-- Views
-- ---------------------------------------------------------------------------------------------------------------------

CREATE VIEW waiting AS
SELECT j.id, j.image, j.state, count(w.frontend) AS frontends, j.detached, date_trunc('second', j.wanted_until - now()) AS wanted_for,
       date_trunc('second', j.deadline - now()) AS time_left
FROM jobs j LEFT JOIN waiters w ON w.job = j.id
WHERE j.state IN ('queued', 'running') GROUP BY j.id ORDER BY j.id;
COMMENT ON VIEW waiting IS 'Live jobs with how many frontends have clients that wait for them.';

CREATE VIEW health AS
SELECT (SELECT count(*) FROM jobs WHERE state = 'queued') AS queued,
       (SELECT date_trunc('second', now() - min(created_at)) FROM jobs WHERE state = 'queued') AS oldest_queued,
       (SELECT count(*) FROM jobs WHERE state = 'running') AS running,
       (SELECT count(*) FROM worker_status WHERE worker_status.state = 'ready') AS workers_ready,
       (SELECT COALESCE(string_agg(system, ' '), '') FROM paused_systems) AS paused,
       (SELECT n_dead_tup FROM pg_stat_user_tables WHERE relid = 'farm.jobs'::regclass) AS dead_job_rows,
       (SELECT date_trunc('second', now() - min(xact_start)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()) AS oldest_transaction,
       round(pg_notification_queue_usage()::numeric * 100, 1) AS notify_queue_percent;
COMMENT ON VIEW health IS 'One row: how the queue stands, and what makes a queue in PostgreSQL slow (dead rows, long transactions, a full notify queue).';
