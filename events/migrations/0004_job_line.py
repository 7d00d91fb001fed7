"""A job knows its event's place itself, so that who stands before whom is one look into one index."""

from django.db import migrations, models

FILL = """
UPDATE events_job j SET subject_type = e.subject_type, subject_id = e.subject_id, sequence = e.sequence
FROM events_event e WHERE e.id = j.event_id
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0003_idempotent_request")]
    # Filled in one transaction and made NOT NULL in the next: rows just changed cannot be altered.
    atomic = False
    operations = [
        migrations.AddField("job", "subject_type", models.CharField(max_length=60, null=True)),
        migrations.AddField("job", "subject_id", models.BigIntegerField(null=True)),
        migrations.AddField("job", "sequence", models.PositiveBigIntegerField(null=True)),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField("job", "subject_type", models.CharField(max_length=60)),
        migrations.AlterField("job", "subject_id", models.BigIntegerField()),
        migrations.AlterField("job", "sequence", models.PositiveBigIntegerField()),
        migrations.AddIndex(
            "job",
            models.Index(
                fields=["task", "subject_type", "subject_id", "sequence"],
                condition=models.Q(done_at__isnull=True, failed_at__isnull=True),
                name="job_open_line",
            ),
        ),
    ]
