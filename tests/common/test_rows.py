"""Models out of statements of our own."""

import pytest
from django.core.exceptions import FieldDoesNotExist
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from accounts.models import Organization, Programme
from common.rows import Columns, split

pytestmark = pytest.mark.django_db


def read(statement: str) -> tuple[object, ...]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        found: tuple[object, ...] = cursor.fetchone()
    return found


def test_row_is_what_the_model_itself_reads(programme: Programme) -> None:
    columns = Columns(Programme, "p")
    [row] = split(read(f"SELECT {columns} FROM accounts_programme p"), columns)
    for field in Programme._meta.concrete_fields:
        assert getattr(row, field.attname) == getattr(programme, field.attname)
    assert isinstance(row.weights, dict)


def test_joined_row_goes_to_its_models_in_order(programme: Programme, elsewhere: Organization) -> None:
    one, other = Columns(Programme, "p", "name", "id"), Columns(Organization, "o", "id", "name")
    found = read(
        f"SELECT {one}, {other} FROM accounts_programme p, accounts_organization o WHERE o.id = "
        f"{elsewhere.pk}"
    )
    first, second = split(found, one, other)
    assert (first, first.name) == (programme, programme.name)
    assert (second, second.name) == (elsewhere, elsewhere.name)


def test_column_that_was_not_named_is_read_when_asked_for(
    elsewhere: Organization, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    columns = Columns(Organization, "o", "id")
    row = columns.row(read(f"SELECT {columns} FROM accounts_organization o"))
    with django_assert_num_queries(1):
        assert row.name == elsewhere.name


def test_name_that_is_no_field_is_refused() -> None:
    with pytest.raises(FieldDoesNotExist):
        Columns(Organization, "o", "id", "nmae")
