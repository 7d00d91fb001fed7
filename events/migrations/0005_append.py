"""The two statements that write what happened, as functions: the database then plans them once per connection.

They read the clock and not the time of the statement: the row of the subject's stream may have been waited for.
"""

from django.db import migrations

FORWARD = """
-- Appends one event for each place of the arrays, numbered within its subject, and returns them in that order. The
-- streams are locked in the order in which they come; number n + 1 is given only once n is durable or gone.
CREATE FUNCTION events_append(actor bigint, types text[], subjects bigint[], kinds text[], bodies jsonb[])
RETURNS TABLE (id bigint, sequence bigint, at timestamptz) LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    RETURN QUERY
    WITH given AS (
        SELECT * FROM unnest(types, subjects, kinds, bodies) WITH ORDINALITY g(type, subject, kind, body, place)
    ), streams AS (
        INSERT INTO events_stream AS s (subject_type, subject_id, last_sequence)
        SELECT g.type, g.subject, count(*) FROM given g GROUP BY g.type, g.subject ORDER BY min(g.place)
        ON CONFLICT (subject_type, subject_id) DO UPDATE SET last_sequence = s.last_sequence + EXCLUDED.last_sequence
        RETURNING s.subject_type, s.subject_id, s.last_sequence
    )
    INSERT INTO events_event AS e (subject_type, subject_id, sequence, kind, actor_id, at, data)
    SELECT g.type, g.subject,
        s.last_sequence + 1 - row_number() OVER (PARTITION BY g.type, g.subject ORDER BY g.place DESC),
        g.kind, actor, clock_timestamp(), g.body
    FROM given g JOIN streams s ON s.subject_type = g.type AND s.subject_id = g.subject
    ORDER BY g.place
    RETURNING e.id, e.sequence, e.at;
END $$;

-- Writes one job for each event and task. Who is first in line for a subject counts as sent: `sends` is 1, and the
-- next hint is owed only after `resend`.
CREATE FUNCTION events_owe(
    events bigint[], types text[], subjects bigint[], sequences bigint[], tasks text[], resend interval
) RETURNS TABLE (id bigint, task text, sends integer) LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    RETURN QUERY
    WITH owed AS (
        SELECT * FROM unnest(events, types, subjects, sequences, tasks)
        WITH ORDINALITY o(event_id, subject_type, subject_id, sequence, task, place)
    )
    INSERT INTO events_job AS n (
        event_id, task, subject_type, subject_id, sequence, due_at, attempts, sends, last_error
    )
    SELECT o.event_id, o.task, o.subject_type, o.subject_id, o.sequence,
        clock_timestamp() + f.is_first::int * resend, 0, f.is_first::int, ''
    FROM owed o CROSS JOIN LATERAL (
        SELECT NOT EXISTS (
            SELECT FROM owed b WHERE b.task = o.task AND b.subject_type = o.subject_type
            AND b.subject_id = o.subject_id AND b.sequence < o.sequence
        ) AND (
            -- In order, so that the planner takes the index of the line even where it knows nothing of the table.
            SELECT j.sequence FROM events_job j
            WHERE j.task = o.task AND j.subject_type = o.subject_type AND j.subject_id = o.subject_id
            AND j.sequence < o.sequence AND j.done_at IS NULL AND j.failed_at IS NULL
            ORDER BY j.sequence LIMIT 1
        ) IS NULL AS is_first
    ) f ORDER BY o.place
    RETURNING n.id, n.task::text, n.sends;
END $$;
"""
BACKWARD = """
DROP FUNCTION events_owe(bigint[], text[], bigint[], bigint[], text[], interval);
DROP FUNCTION events_append(bigint, text[], bigint[], text[], jsonb[]);
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0004_job_line")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
