"""How often a job was started since it last ended: one that kills its worker leaves no other trace."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("events", "0005_append")]
    operations = [
        migrations.AddField("job", "starts", models.PositiveIntegerField(db_default=0)),
        migrations.AddField("job", "started_at", models.DateTimeField(null=True)),
        migrations.AddIndex(
            "job",
            models.Index(
                fields=["failed_at"], condition=models.Q(failed_at__isnull=False), name="job_given_up"
            ),
        ),
    ]
