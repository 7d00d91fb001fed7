from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("matching", "0004_benefit_as_a_range")]

    operations = [
        migrations.AddField(
            "marketrow",
            "nace",
            models.IntegerField(db_default=0, default=0, help_text="1 before the digits; 0: none"),
        ),
        migrations.AddField(
            "marketrow",
            "country",
            models.IntegerField(db_default=0, default=0, help_text="both letters in one number"),
        ),
    ]
