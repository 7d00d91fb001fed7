"""Introductions hold for one listing: written anew from the synergies of which both parties showed interest."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def introduce(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Let each party of an introduced synergy know who stands behind the other's listing in it."""
    introductions = apps.get_model("listings", "Introduction").objects
    both = apps.get_model("trading", "Synergy").objects.filter(
        supplier_interested_at__isnull=False, receiver_interested_at__isnull=False
    )
    for listing, reader in (("offer", "receiver"), ("request", "supplier")):
        pairs = both.exclude(**{listing: None}).values_list(listing, reader).distinct()
        introductions.bulk_create(
            (
                introductions.model(listing_id=listing_id, organization_id=reader_id)
                for listing_id, reader_id in pairs.iterator()
            ),
            batch_size=1000,
            ignore_conflicts=True,
        )


class Migration(migrations.Migration):
    dependencies = [("trading", "0007_accept_shares"), ("listings", "0007_disclosure")]
    operations = [migrations.RunPython(introduce, migrations.RunPython.noop)]
