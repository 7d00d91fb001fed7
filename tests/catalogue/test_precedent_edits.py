"""Two people edit one precedent, and what is pasted into its form."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Programme, User
from catalogue.models import Precedent
from catalogue.precedents.services import add_precedent, details_of, edit_precedent
from common.errors import Outdated
from common.versions import version_of
from common.web.pages import VERSION
from tests.api.conftest import Api
from tests.catalogue.test_precedents import ClientOf, details

pytestmark = pytest.mark.django_db


@pytest.fixture
def added(facilitator: User, programme: Programme) -> Precedent:
    return add_precedent(actor=facilitator, programme=programme, details=details(since=1979))


@pytest.fixture
def editor(client_of: ClientOf, facilitator: User) -> Client:
    return client_of(facilitator)


def typed(**changes: str) -> dict[str, str]:
    return {
        "place": "Aalborg",
        "country": "DK",
        "giver": "Nordjyllandsværket",
        "receiver": "Aalborg Portland",
        "resource": "coal-fly-ash",
        "source": "A report of 1999, p. 3",
        "since": "1979",
        "per": "year",
    } | changes


def test_second_of_two_editors_sees_both_texts_and_then_decides(editor: Client, added: Precedent) -> None:
    address = reverse("precedent_edit", args=[added.pk])
    seen = version_of(details_of(added))
    assert f'value="{seen}"' in editor.get(address).content.decode()
    assert editor.post(address, typed(giver="Vattenfall") | {VERSION: seen}).status_code == 302

    refused = editor.post(address, typed(place="Nørresundby") | {VERSION: seen})
    page = refused.content.decode()
    assert refused.status_code == 200
    assert "Vattenfall" in page
    assert "Nørresundby" in page
    added.refresh_from_db()
    assert (added.giver, added.place) == ("Vattenfall", "Aalborg")

    now = version_of(details_of(added))
    assert f'value="{now}"' in page
    assert editor.post(address, typed(place="Nørresundby") | {VERSION: now}).status_code == 302
    added.refresh_from_db()
    assert (added.giver, added.place) == ("Nordjyllandsværket", "Nørresundby")


def test_service_refuses_what_was_seen_before(facilitator: User, added: Precedent) -> None:
    seen = version_of(details_of(added))
    edit_precedent(actor=facilitator, precedent=added, details=details(since=1980), seen=seen)
    with pytest.raises(Outdated) as caught:
        edit_precedent(actor=facilitator, precedent=added, details=details(since=1981), seen=seen)
    assert caught.value.current["since"] == 1980


def test_api_gives_the_version_and_honours_it(facilitator: User, added: Precedent) -> None:
    api = Api(facilitator)
    address = f"precedents/{added.pk}/"
    tag = api.get(address)["ETag"]
    changed = api.call("patch", address, {"since": 1980}, **{"If-Match": tag})
    assert (changed.status_code, changed.json()["since"]) == (200, 1980)
    assert changed["ETag"] != tag

    refused = api.call("patch", address, {"since": 1981}, **{"If-Match": tag})
    assert (refused.status_code, refused.json()["code"], refused["ETag"]) == (
        412,
        "outdated",
        changed["ETag"],
    )
    assert refused.json()["current"] == changed.json()
    assert api.get(address).json()["since"] == 1980
    for fine in (changed["ETag"], f'"0", {changed["ETag"]}', "*"):
        assert api.call("patch", address, {"since": 1980}, **{"If-Match": fine}).status_code == 200
    assert api.patch(address, {"since": 1982}).status_code == 200


def test_published_precedent_has_a_version_too() -> None:
    published = Precedent.objects.exclude(slug=None)[0]
    assert Api(None).get(f"precedents/{published.pk}/")["ETag"].startswith('"')


@pytest.mark.parametrize("giver", ["\u200b", "\u202e", "\u00a0", "\u2060\ufeff"])
def test_name_of_which_nothing_is_seen_is_empty(
    editor: Client, facilitator: User, programme: Programme, giver: str
) -> None:
    address = reverse("precedent_new")
    refused = editor.post(address, typed(giver=giver, programme=str(programme.pk)))
    assert refused.context["form"].errors.keys() == {"giver"}
    body = {name: value for name, value in typed(giver=giver).items() if name not in ("per", "since")}
    sent = Api(facilitator).post("precedents/", body | {"programme": programme.slug})
    assert [error["field"] for error in sent.json()["errors"]] == ["giver"]


@pytest.mark.parametrize(
    ("pasted", "field", "saved"),
    [
        ({"giver_activity": "35.11\n"}, "giver_activity", "35.11"),
        ({"giver_activity": "\u00a035.11\u200b"}, "giver_activity", "35.11"),
        ({"giver": "Nordjyllands\u00advaerket\u202e"}, "giver", "Nordjyllandsvaerket"),
        ({"place": "  A\u030aborg \u2003Havn "}, "place", "Åborg Havn"),
    ],
)
def test_pasted_text_is_saved_as_it_is_seen(
    editor: Client, facilitator: User, programme: Programme, pasted: dict[str, str], field: str, saved: str
) -> None:
    address = reverse("precedent_new")
    assert editor.post(address, typed(**pasted, programme=str(programme.pk))).status_code == 302
    body: dict[str, Any] = {
        name: value for name, value in typed(**pasted).items() if name not in ("per", "since")
    }
    assert Api(facilitator).post("precedents/", body | {"programme": programme.slug}).status_code == 201
    rows = Precedent.objects.filter(programme=programme)
    assert [getattr(row, field) for row in rows] == [saved, saved]


@pytest.mark.parametrize(
    ("quantity", "words"), [("1.200", "1.2"), ("12 5", "12 5"), ("2'5", "2'5"), ("1e3", "1e3")]
)
def test_quantity_that_can_be_read_in_two_ways_is_asked_back(
    editor: Client, programme: Programme, quantity: str, words: str
) -> None:
    refused = editor.post(
        reverse("precedent_new"), typed(quantity=quantity, unit="t", programme=str(programme.pk))
    )
    assert refused.status_code == 200
    assert list(refused.context["form"].errors) == ["quantity"]
    assert f'value="{quantity}"' in refused.content.decode().replace("&#x27;", "'")


@pytest.mark.parametrize(
    ("since", "is_year"), [("1979", True), ("1 979", False), ("1979.5", False), ("66", False)]
)
def test_year_is_four_digits(editor: Client, programme: Programme, since: str, is_year: bool) -> None:
    sent = editor.post(reverse("precedent_new"), typed(since=since, programme=str(programme.pk)))
    assert (sent.status_code == 302) is is_year
    if is_year:
        assert Precedent.objects.get(programme=programme).since == 1979


@pytest.mark.parametrize(
    "text", ["coal fly ash", "Coal\u00a0fly\u2009ash ", "coal\u200b fly ash", "\u202acoal fly ash\u202c"]
)
def test_resource_is_known_by_its_pasted_name(editor: Client, programme: Programme, text: str) -> None:
    sent = editor.post(reverse("precedent_new"), typed(resource=text, programme=str(programme.pk)))
    assert sent.status_code == 302, sent.context["form"].errors
    assert Precedent.objects.get(programme=programme).resource.slug == "coal-fly-ash"
