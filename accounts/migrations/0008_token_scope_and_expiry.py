from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_reading_language")]
    operations = [
        migrations.AddField(
            "apitoken",
            "scope",
            models.CharField(
                choices=[("write", "read and write"), ("read", "read only")],
                db_default="write",
                default="write",
                max_length=5,
                verbose_name="scope",
            ),
        ),
        migrations.AddField("apitoken", "expires_at", models.DateTimeField(null=True)),
    ]
