"""Each tonne counts once, whoever asks; a balance is the sum of its parts."""

from datetime import date

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import Organization, Programme, User
from accounts.services.programmes import add_to_programme
from tests.conftest import MakeListing
from tests.trading.deals import agree_on_all, deliver
from tests.trading.ledger import YEAR, standing
from trading.benefit.lines import BALANCES
from trading.models import Agreement, ImpactEntry
from trading.selectors.impact import of_organization, of_programme, totals, totals_by

pytestmark = pytest.mark.django_db


def test_tonne_between_two_members_counts_once_for_each_of_them_and_for_their_programme(
    flow: Agreement, programme: Programme, elsewhere: Organization
) -> None:
    deliver(flow, "100")
    entries = ImpactEntry.objects.filter(status="confirmed", metric="virgin_saved")
    scopes = [
        of_programme(entries, programme),
        of_organization(entries, flow.supplier),
        of_organization(entries, flow.receiver),
    ]
    assert [totals(scope)[0].benefit for scope in scopes] == [100, 100, 100]
    assert totals(of_organization(entries, elsewhere)) == []
    # The control: a join over the members of the programme counts it for each of its parties.
    naive = sum(
        totals(entries.filter(**{f"synergy__{side}__programmes": programme}))[0].benefit
        for side in ("supplier", "receiver")
    )
    assert naive == 200


def test_party_in_several_programmes_counts_once_in_each(
    flow: Agreement, facilitator: User, asnaes: Organization
) -> None:
    second = Programme.objects.create(name="Second", slug="second")
    second.facilitators.add(facilitator)
    add_to_programme(actor=facilitator, programme=second, organization=asnaes)
    deliver(flow, "100")
    entries = ImpactEntry.objects.filter(metric="virgin_saved")
    for programme in Programme.objects.all():
        assert totals(of_programme(entries, programme))[0].benefit == 100


def test_balance_stands_before_its_parts_and_is_their_sum(flow: Agreement) -> None:
    deliver(flow, "100")
    found = totals(ImpactEntry.objects.all())
    names = [total.metric for total in found]
    assert names == [
        "co2e_avoided",
        "co2e_primary",
        "co2e_transport",
        "virgin_saved",
        "cost_saved",
        "cost_purchase",
        "cost_transport",
        "new_sales",
    ]
    by_metric = {total.metric: total for total in found}
    for balance, parts in BALANCES.items():
        assert by_metric[balance].is_balance
        for column in ("expected", "confirmed", "verified", "benefit", "gross"):
            summed = sum(getattr(by_metric[part], column) for part in parts if part in by_metric)
            assert getattr(by_metric[balance], column) == summed
    assert all(total.label for total in found)


def test_sums_of_every_year_take_one_query(
    cement_works: Organization, make_offer: MakeListing, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    flow = agree_on_all(make_offer(), cement_works, starts_on=date(YEAR - 1, 1, 1))
    deliver(flow, "100")
    deliver(flow, "7", reference="CMR 2", happened_on=date(YEAR - 1, 12, 31))
    with django_assert_num_queries(1):
        found = totals_by(ImpactEntry.objects.all(), "year")
    by_year = {year: standing(rows)["virgin_saved"] for year, rows in found.items()}
    assert by_year == {YEAR - 1: (12_000, 7, 0), YEAR: (12_000, 100, 0)}
    assert list(totals_by(ImpactEntry.objects.all(), "synergy_id")) == [flow.synergy_id]
