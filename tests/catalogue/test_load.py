"""Loading writes what differs, once, and keeps what is in use."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalogue.loading.services import load_catalogue
from catalogue.models import EwcCode, NaceActivity, Resource, ResourceQuality, ResourceTerm
from common.reading.tables import TableError
from tests.catalogue.conftest import EditCell
from tests.conftest import MakeListing

pytestmark = pytest.mark.django_db


def changes_of(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Load, and return (added, changed, removed) of every table that changed."""
    return {
        change.table: (change.added, change.changed, change.removed)
        for change in load_catalogue(folder=folder)
        if not change.is_none
    }


def test_everything_is_in_the_tables() -> None:
    assert EwcCode.objects.filter(level=3).count() == 842 + 42
    assert EwcCode.objects.count() == 973 + 43
    assert NaceActivity.objects.count() == 996
    assert Resource.objects.filter(depth__gt=0).count() >= 250
    assert EwcCode.objects.get(code="060201").display == "06 02 01*"
    assert EwcCode.objects.get(code="100102").parent_id == "1001"


def test_second_load_writes_nothing() -> None:
    before = {model: list(model.objects.order_by("pk").values()) for model in (Resource, ResourceTerm)}
    with CaptureQueriesContext(connection) as queries:
        changes = load_catalogue()
    assert all(change.is_none for change in changes)
    writes = [query["sql"] for query in queries if query["sql"].split()[0] in ("INSERT", "UPDATE", "DELETE")]
    assert writes == []
    assert len(queries) <= 27
    assert before == {model: list(model.objects.order_by("pk").values()) for model in before}


def test_new_resource_is_added_and_the_rest_moves_up(add_resource: Callable[..., Path]) -> None:
    water = Resource.objects.get(slug="water")
    service = Resource.objects.get(slug="service")
    folder = add_resource(
        "water",
        slug="fog-water",
        name="Fog water",
        parent="natural-water",
        synonyms="mist",
        ewc_codes="010101",
    )
    changes = changes_of(folder)
    assert changes["resources"][0] == 1
    assert changes["resource terms"] == (3, 0, 0)
    added = Resource.objects.get(slug="fog-water")
    assert (added.parent.slug if added.parent else None, added.depth, added.dimension) == (
        "natural-water",
        2,
        "volume",
    )
    assert added.breadcrumb == "Natural water › Fog water"
    assert (added.transport_mode, added.reach_km) == ("pipe", 10)
    assert Resource.objects.get(slug="water").tree_right == water.tree_right + 1
    assert Resource.objects.get(slug="service").tree_left == service.tree_left + 1


def test_moved_and_renamed_resource_keeps_its_identity(edit_cell: EditCell) -> None:
    before = Resource.objects.get(slug="citrogypsum")
    changes = changes_of(
        edit_cell(
            "resources_material.csv", "citrogypsum", parent="calcium-carbonate", name="Gypsum of citrate"
        )
    )
    after = Resource.objects.get(slug="citrogypsum")
    assert after.pk == before.pk
    assert after.breadcrumb == "Gypsum and lime › Calcium carbonate › Gypsum of citrate"
    assert changes["resource terms"] == (1, 0, 1)
    assert changes["resources"][0::2] == (0, 0)
    assert (
        not Resource.objects.descendants_of(Resource.objects.get(slug="gypsum")).filter(pk=after.pk).exists()
    )


def test_two_resources_swap_names(edit_cell: EditCell) -> None:
    edit_cell("resources_heat.csv", "steam", name="Hot water")
    changes = changes_of(edit_cell("resources_heat.csv", "hot-water", name="Steam"))
    assert Resource.objects.get(slug="steam").name == "Hot water"
    assert Resource.objects.get(slug="hot-water").name == "Steam"
    assert changes["resource terms"] == (2, 0, 2)


def test_price_of_a_parent_reaches_the_resources_below_that_name_none(edit_cell: EditCell) -> None:
    load_catalogue(folder=edit_cell("prices.csv", "fly-ash", kind="disposal", value="31", source="a tariff"))
    ash = Resource.objects.get(slug="lignite-fly-ash")
    assert ash.disposal_price_eur_per_unit == 31
    assert "a tariff" in ash.price_source
    assert ash.prices.get(kind="disposal", country="EU").stated_for.slug == "fly-ash"


def test_row_that_left_the_files_is_removed_when_nobody_uses_it(
    drop_resource: Callable[[str, str], Path],
) -> None:
    changes = changes_of(drop_resource("material", "titanogypsum"))
    assert changes["resources"][2] == 1
    assert not Resource.objects.filter(slug="titanogypsum").exists()


def test_row_that_left_the_files_stays_and_stops_the_load_when_a_listing_uses_it(
    make_offer: MakeListing, drop_resource: Callable[[str, str], Path]
) -> None:
    listing = make_offer(resource="titanogypsum")
    with pytest.raises(TableError) as caught:
        load_catalogue(folder=drop_resource("material", "titanogypsum"))
    assert str(caught.value) == (
        "“titanogypsum” is no longer in the files, but 1 listings still use it; put its row back."
    )
    listing.refresh_from_db()
    assert listing.resource.slug == "titanogypsum"


def test_wrong_file_changes_nothing(edit_cell: EditCell) -> None:
    edit_cell("resources_material.csv", "gypsum", name="Plaster stone")
    folder = edit_cell("resources_service.csv", "drying-capacity", parent="nothing")
    with pytest.raises(TableError):
        load_catalogue(folder=folder)
    assert Resource.objects.get(slug="gypsum").name == "Gypsum"


def test_qualities_follow_the_file(edit_cell: EditCell) -> None:
    load_catalogue(folder=edit_cell("quality.csv", "gypsum", properties="purity;moisture"))
    rows = ResourceQuality.objects.filter(resource__slug="gypsum").order_by("rank")
    assert [(row.rank, row.property.slug) for row in rows] == [(1, "purity"), (2, "moisture")]


def test_command_says_what_changed(add_resource: Callable[..., Path]) -> None:
    folder = add_resource("water", slug="fog-water", name="Fog water", parent="natural-water")
    out = StringIO()
    call_command("load_catalogue", folder=folder, stdout=out)
    lines = out.getvalue().splitlines()
    assert lines[0] == "  1016 EWC codes: unchanged"
    assert any(line.endswith("resource terms: 1 new, 0 changed, 0 removed") for line in lines)


def test_command_fails_with_one_sentence_about_a_wrong_file(edit_cell: EditCell) -> None:
    folder = edit_cell("resources_heat.csv", "steam", reach_km="far")
    with pytest.raises(
        CommandError, match=r"^resources_heat\.csv, row \d+, column reach_km: “far” is not a number"
    ):
        call_command("load_catalogue", folder=folder, stdout=StringIO())
