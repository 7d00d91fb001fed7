from django.db import migrations

MODELS = ("registerplant", "probablestream", "plantclaim")


def _rename(apps, old, new):
    # Permissions hang on the content type and follow it.
    content_types = apps.get_model("contenttypes", "ContentType").objects
    content_types.filter(app_label=new, model__in=MODELS).delete()
    content_types.filter(app_label=old, model__in=MODELS).update(app_label=new)


def to_register(apps, schema_editor):
    _rename(apps, "listings", "register")


def to_listings(apps, schema_editor):
    _rename(apps, "register", "listings")


class Migration(migrations.Migration):
    """The tables stay; the app `register` speaks for them from now on."""

    dependencies = [
        ("contenttypes", "0002_remove_content_type_name"),
        ("listings", "0003_register"),
        ("register", "0001_initial"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.DeleteModel(name="PlantClaim"),
                migrations.DeleteModel(name="ProbableStream"),
                migrations.DeleteModel(name="RegisterPlant"),
            ]
        ),
        migrations.RunPython(to_register, to_listings),
    ]
