"""The one base of forms: refusals beside fields, and what was changed meanwhile beside what was typed."""

from decimal import Decimal

import pytest
from django import forms
from django.db import IntegrityError, connection
from django.http import QueryDict

from common.errors import Conflict, Invalid, Outdated, unique_or_invalid
from common.versions import check_version, version_of
from common.web.forms import AppForm, Difference


class PlaceForm(AppForm):
    field_of = {"label": "name"}
    name = forms.CharField(label="Name")
    kind = forms.ChoiceField(label="Kind", choices=[("a", "Works"), ("b", "Quarry")])
    open = forms.BooleanField(label="Open", required=False)


NOW = {"name": "North", "kind": "a", "open": False}


def sent(**changes: str) -> QueryDict:
    data = QueryDict(mutable=True)
    data.update({"name": "North", "kind": "a", **changes})
    return data


def test_form_carries_the_version_it_was_filled_from() -> None:
    form = PlaceForm(current=NOW)
    assert form.seen_version == version_of(NOW)
    assert form["name"].value() == "North"


def test_sent_form_says_the_version_that_it_brought_and_not_the_current_one() -> None:
    form = PlaceForm(sent(seen_version="0123456789abcdef"), current=NOW)
    assert form.seen_version == "0123456789abcdef"


def test_outdated_form_shows_both_texts_in_words_and_takes_on_the_new_version() -> None:
    changed = {"name": "South", "kind": "b", "open": True}
    form = PlaceForm(sent(seen_version=version_of(NOW)), current=NOW)
    assert form.is_valid()
    with pytest.raises(Outdated) as refusal:
        check_version(form.seen_version, changed)
    form.show_outdated(refusal.value)
    assert form.outdated == [
        Difference("Name", "South", "North"),
        Difference("Kind", "Quarry", "Works"),
        Difference("Open", "✓", "–"),
    ]
    assert form.seen_version == version_of(changed)
    assert form.non_field_errors()


def test_refusal_stands_beside_its_field_also_under_another_name_and_else_above() -> None:
    form = PlaceForm(sent(), current=NOW)
    assert form.is_valid()
    form.show_refusal(Invalid({"label": "taken", "elsewhere": "not now"}))
    assert form.errors["name"] == ["Taken"]
    assert form.non_field_errors() == ["Not now"]
    form.show_refusal(Conflict("It is over."))
    assert "It is over." in form.non_field_errors()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"a": Decimal("1.0")}, {"a": Decimal("1.000")}, True),
        ({"a": Decimal("1.0")}, {"a": Decimal("1.001")}, False),
        ({"a": [1, 2]}, {"a": (1, 2)}, True),
        ({"a": {"y", "x"}}, {"a": {"x", "y"}}, True),
        ({"a": {"k": Decimal(10)}}, {"a": {"k": Decimal("10.00")}}, True),
        ({"a": None}, {"a": ""}, False),
        ({"a": True}, {"a": False}, False),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
    ],
)
def test_versions_are_equal_where_people_read_the_same(one: object, other: object, same: bool) -> None:
    assert (version_of(one) == version_of(other)) is same  # type: ignore[arg-type]


@pytest.mark.parametrize("seen", ["", None, "*", 'W/"{}"', '"other", "{}"', "{}"])
def test_version_is_taken_as_form_field_and_as_header(seen: str | None) -> None:
    check_version(seen.format(version_of(NOW)) if seen else seen, NOW)


@pytest.mark.django_db
def test_unique_constraint_becomes_a_field_error_and_the_transaction_goes_on() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE named (name text CONSTRAINT name_once UNIQUE)")
        cursor.execute("INSERT INTO named VALUES ('Works')")
        with pytest.raises(Invalid) as refusal, unique_or_invalid({"name_once": ("name", "Taken.")}):
            cursor.execute("INSERT INTO named VALUES ('Works')")
        assert refusal.value.fields == {"name": ["Taken."]}
        cursor.execute("SELECT count(*) FROM named")
        assert cursor.fetchone() == (1,)
        with pytest.raises(IntegrityError), unique_or_invalid({"another": ("name", "Taken.")}):
            cursor.execute("INSERT INTO named VALUES ('Works')")
