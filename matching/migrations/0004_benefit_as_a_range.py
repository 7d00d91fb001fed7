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
        migrations.AlterField(
            "match",
            "stale_reason",
            models.CharField(
                blank=True,
                choices=[
                    ("listing", "a listing left the market"),
                    ("outranked", "others fit better"),
                    ("resource", "the resource no longer serves"),
                    ("distance", "too far now"),
                    ("window", "no common time any more"),
                    ("quality", "the quality no longer fits"),
                    ("permit", "the permit is missing"),
                    ("same_owner", "both belong to one organization"),
                    ("visibility", "no common programme any more"),
                    ("lot", "below the smallest lot"),
                    ("price", "no price at which both could gain"),
                    ("coverage", "too little of what is sought for a treatment of its own"),
                ],
                db_default="",
                max_length=12,
            ),
        ),
    ]
