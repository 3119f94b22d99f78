-- A job that is retried begins its time anew: before, its deadline grew with each retry by the time since its first request. A view of what is slow.

SET LOCAL search_path = farm, pg_temp;

CREATE OR REPLACE FUNCTION retry(job_id bigint) RETURNS text LANGUAGE plpgsql SET search_path = farm, pg_temp AS $$
DECLARE
    job jobs%ROWTYPE;
BEGIN
    SELECT * INTO job FROM jobs WHERE id = job_id FOR UPDATE;
    IF NOT FOUND THEN RETURN format('there is no job %s', job_id); END IF;
    IF job.state NOT IN ('failed', 'cancelled') THEN RETURN format('job %s (%s) is %s; only a failed or cancelled one can be retried', job_id, job.image, job.state); END IF;
    DELETE FROM failures WHERE build_key = job.build_key;
    BEGIN
        UPDATE jobs SET state = 'queued', attempt = 0, phase = NULL, run_after = now(), cancel_requested = false, cancel_reason = NULL,
            detached = true, error_code = NULL, error_message = NULL, finished_at = NULL,
            created_at = now(), deadline = now() + (deadline - created_at)
        WHERE id = job_id;
    EXCEPTION WHEN unique_violation THEN
        RETURN format('%s is being built already, by a newer job', job.image);
    END;
    INSERT INTO job_events (job, kind, detail) VALUES (job_id, 'queued', 'retried by an operator');
    PERFORM pg_notify('farm_work', '');
    RETURN format('job %s (%s) is queued again', job_id, job.image);
END $$;

CREATE VIEW slowest AS
SELECT j.id, j.image, j.state, j.worker, date_trunc('milliseconds', j.took) AS took, step.name AS longest_phase,
       date_trunc('milliseconds', step.took) AS of_which
FROM (
    SELECT *, COALESCE(finished_at, now()) - created_at AS took FROM jobs
    WHERE finished_at IS NULL OR finished_at > now() - interval '1 day' ORDER BY took DESC LIMIT 20
) AS j
LEFT JOIN LATERAL (
    SELECT name, sum(took) AS took FROM (
        SELECT CASE kind WHEN 'phase' THEN detail ELSE kind END AS name,
               COALESCE(lead(at) OVER (ORDER BY id), j.finished_at, now()) - at AS took
        FROM job_events WHERE job = j.id
    ) AS step GROUP BY name ORDER BY took DESC LIMIT 1
) AS step ON true
ORDER BY j.took DESC;
COMMENT ON VIEW slowest IS 'The twenty jobs of the last day, live ones too, that take or took longest, with the phase that took most of it (queued: waiting for a worker).';
