"""Reminders that wait are told by this app now."""

from django.db import migrations


def tell_instead(apps, schema_editor):
    jobs = apps.get_model("events", "Job").objects.filter(done_at__isnull=True, failed_at__isnull=True)
    jobs.filter(task="trading.tasks.send_reminder").update(task="notifications.tasks.tell")


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_initial"), ("events", "0006_job_starts")]
    operations = [migrations.RunPython(tell_instead, migrations.RunPython.noop)]
