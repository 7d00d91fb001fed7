from django.db import migrations, models

import matching.models.matches


class Migration(migrations.Migration):
    dependencies = [("matching", "0003_interest")]

    operations = [
        migrations.RenameField("match", "benefit_eur_per_year", "benefit_low_eur_per_year"),
        migrations.AddField(
            "match",
            "benefit_high_eur_per_year",
            models.DecimalField(
                decimal_places=0,
                help_text="at most what the catalogue would allow",
                max_digits=20,
                null=True,
            ),
        ),
        migrations.AlterField(
            "match",
            "benefit_low_eur_per_year",
            models.DecimalField(
                decimal_places=0,
                help_text="at least, if both mean what they said",
                max_digits=20,
                null=True,
            ),
        ),
        migrations.AlterField(
            "match",
            "break_even_km",
            matching.models.matches.RealField(help_text="empty: not known; at most the reach", null=True),
        ),
    ]
