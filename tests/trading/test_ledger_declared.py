"""What a party declares: investment and jobs."""

from decimal import Decimal

import pytest

from accounts.models import User
from common.errors import Conflict, Invalid
from tests.trading.conftest import end_transaction
from tests.trading.ledger import YEAR, standing
from trading.models import Agreement, ImpactEntry, Metric, Synergy
from trading.selectors.impact import totals
from trading.services.impact import declare, verify_year

pytestmark = pytest.mark.django_db


def say(synergy: Synergy, actor: User, amount: str, **said: str | int) -> ImpactEntry:
    values: dict[str, str | int] = {
        "year": YEAR,
        "metric": Metric.PRIVATE_INVESTMENT,
        "unit": "EUR",
        "baseline": "No silo would have been built.",
    }
    return declare(actor=actor, synergy=synergy, amount=Decimal(amount), **(values | said))  # type: ignore[arg-type]


def test_declared_investment_is_expected_until_it_is_verified(
    flow: Agreement, seller: User, facilitator: User
) -> None:
    say(flow.synergy, seller, "50000")
    entries = ImpactEntry.objects.filter(metric="private_investment")
    assert standing(totals(entries))["private_investment"] == (50_000, 0, 0)
    verify_year(actor=facilitator, synergy=flow.synergy, year=YEAR)
    assert standing(totals(entries))["private_investment"] == (0, 0, 50_000)
    with pytest.raises(Conflict) as refused:
        say(flow.synergy, seller, "60000")
    assert refused.value.code == "already_verified"
    end_transaction()


def test_declaration_of_both_parties_is_one_and_changes_by_difference(
    flow: Agreement, seller: User, buyer: User, facilitator: User
) -> None:
    say(flow.synergy, seller, "50000")
    say(flow.synergy, buyer, "70000")
    last = say(flow.synergy, seller, "65000")
    assert last.gross == -5_000
    entries = ImpactEntry.objects.filter(metric="private_investment")
    assert [entry.gross for entry in entries] == [50_000, 20_000, -5_000]
    verify_year(actor=facilitator, synergy=flow.synergy, year=YEAR)
    assert standing(totals(entries))["private_investment"] == (0, 0, 65_000)


def test_jobs_count_in_full_time_equivalents(flow: Agreement, buyer: User) -> None:
    assert say(flow.synergy, buyer, "2.5", metric=Metric.JOBS, unit="").unit == "FTE"


@pytest.mark.parametrize(
    ("amount", "said", "field"),
    [
        ("-1", {}, "amount"),
        ("NaN", {}, "amount"),
        ("0.0000001", {}, "amount"),
        ("1", {"metric": "landfill_diverted"}, "metric"),
        ("1", {"unit": "euro"}, "unit"),
        ("1", {"year": 1900}, "year"),
        ("1", {"baseline": "  "}, "baseline"),
    ],
)
def test_declaration_that_cannot_be_so_is_refused(
    flow: Agreement, seller: User, amount: str, said: dict[str, str | int], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        say(flow.synergy, seller, amount, **said)
    assert list(refused.value.fields) == [field]


def test_declaration_does_not_change_its_currency_or_say_the_same_again(
    flow: Agreement, seller: User
) -> None:
    say(flow.synergy, seller, "50000")
    with pytest.raises(Invalid):
        say(flow.synergy, seller, "60000", unit="DKK")
    with pytest.raises(Conflict) as refused:
        say(flow.synergy, seller, "50000")
    assert refused.value.code == "nothing_changes"
