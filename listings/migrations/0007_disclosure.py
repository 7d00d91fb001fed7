"""Private listings, one cell for each site, and introductions on one listing."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def forget_introductions(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """They opened all listings of an organization; the app `trading` writes them anew from its synergies."""
    apps.get_model("listings", "Introduction").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [
        ("listings", "0006_what_becomes_of_a_gas"),
        ("accounts", "0006_what_a_permit_names"),
    ]

    operations = [
        migrations.AlterField(
            model_name="listing",
            name="disclosure",
            field=models.CharField(
                choices=[
                    ("open", "Public: everybody sees who and where"),
                    ("anonymous", "Anonymous: everybody sees it, with a coded name and a rough place"),
                    (
                        "programme",
                        "Programme only: members of your programmes see it, with name and place",
                    ),
                    (
                        "private",
                        "Private: nobody sees it; it is matched, and your programmes' facilitators may introduce it",
                    ),
                ],
                default="open",
                max_length=9,
                verbose_name="who sees what",
            ),
        ),
        migrations.AddIndex(
            model_name="listing",
            index=models.Index(
                fields=["resource"],
                condition=models.Q(disclosure="private", state="published"),
                name="listing_private",
            ),
        ),
        migrations.CreateModel(
            name="SiteCell",
            fields=[
                (
                    "site",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="cell",
                        serialize=False,
                        to="accounts.site",
                    ),
                ),
                ("cell", models.CharField(help_text="H3, in hexadecimal", max_length=15)),
                (
                    "others",
                    models.PositiveSmallIntegerField(
                        help_text="how many other organizations it could be as well; counted to a limit"
                    ),
                ),
            ],
            options={"ordering": ["pk"]},
        ),
        migrations.RunPython(forget_introductions, migrations.RunPython.noop),
        migrations.RemoveConstraint(model_name="introduction", name="introduction_once"),
        migrations.RemoveConstraint(model_name="introduction", name="introduction_of_two"),
        migrations.RemoveField(model_name="introduction", name="other"),
        migrations.AddField(
            model_name="introduction",
            name="listing",
            field=models.ForeignKey(
                db_constraint=False,
                default=0,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="introductions",
                to="listings.listing",
            ),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="introduction",
            constraint=models.UniqueConstraint(fields=("organization", "listing"), name="introduction_once"),
        ),
    ]
