from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("matching", "0005_variants_of_offers")]

    operations = [
        migrations.AddField(
            "marketrow",
            "nace",
            models.IntegerField(db_default=0, help_text="1 before the digits of the activity; 0: none"),
        ),
        migrations.AlterField(
            model_name="match",
            name="stale_reason",
            field=models.CharField(
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
                    ("law", "the law forbids it"),
                    ("coverage", "too little of what is sought for a treatment of its own"),
                ],
                db_default="",
                max_length=12,
            ),
        ),
    ]
