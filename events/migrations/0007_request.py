"""Events bear the id of the request that they came of.

The function gets a further argument beside the one that is there: web processes of the version before call that one
until they are replaced.
"""

from django.db import migrations, models

FORWARD = """
CREATE FUNCTION events_append(actor bigint, types text[], subjects bigint[], kinds text[], bodies jsonb[], asked text)
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
    INSERT INTO events_event AS e (subject_type, subject_id, sequence, kind, actor_id, at, data, request)
    SELECT g.type, g.subject,
        s.last_sequence + 1 - row_number() OVER (PARTITION BY g.type, g.subject ORDER BY g.place DESC),
        g.kind, actor, clock_timestamp(), g.body, asked
    FROM given g JOIN streams s ON s.subject_type = g.type AND s.subject_id = g.subject
    ORDER BY g.place
    RETURNING e.id, e.sequence, e.at;
END $$;
"""
BACKWARD = "DROP FUNCTION events_append(bigint, text[], bigint[], text[], jsonb[], text);"


class Migration(migrations.Migration):
    dependencies = [("events", "0006_job_starts")]
    operations = [
        migrations.AddField("event", "request", models.CharField(max_length=64, db_default="", default="")),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
