from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("matching", "0005_variants_of_offers")]

    operations = [
        migrations.AddField(
            "marketrow",
            "nace",
            models.IntegerField(db_default=0, help_text="1 before the digits of the activity; 0: none"),
        ),
    ]
