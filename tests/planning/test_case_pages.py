"""Pages of published cases: open to all as they are, to be supposed otherwise by who is signed in."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from planning.cases.assumptions import Assumption, Assumptions, Basis
from planning.cases.case import Case, Figure
from planning.optimize.answers import Plan
from planning.optimize.draft import Draft
from planning.optimize.network import Network, one_year
from planning.services import cases
from planning.views import cases as pages

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | None], Client]


def make_network(given: Assumptions) -> Network:
    """So much gypsum of one company, which another buys elsewhere for 20 a tonne."""
    draft = Draft(one_year())
    giver, taker = draft.party("Power station"), draft.party("Board works")
    made = draft.node("gypsum made", party=giver, resource="gypsum", unit="t", supply=given["gypsum"])
    used = draft.node("gypsum used", party=taker, resource="gypsum", unit="t", demand=100.0)
    draft.dispose(made, cost=30.0)
    draft.purchase(used, price=20.0)
    draft.arc(made, used, cost=5.0)
    return draft.network()


def figures(given: Assumptions, plan: Plan, baseline: Plan) -> list[Figure]:
    return [
        Figure("gypsum used again", float(plan.flow.sum()), "t", 60.0, 90.0, "A report"),
        Figure("money spared", baseline.objective - plan.objective, "EUR"),
    ]


@pytest.fixture
def gypsum(monkeypatch: pytest.MonkeyPatch) -> Case:
    """A case of one flow."""
    assumptions = Assumptions([Assumption("gypsum", 80.0, "t/yr", Basis.PUBLISHED, "A report", 2002)])
    case = Case("gypsum", "Gypsum to boards", "One flow.", assumptions, make_network, figures)
    for module in (cases, pages):
        monkeypatch.setattr(module, "CASES", {"gypsum": case})
    return case


def test_case_stands_open_with_its_figures_beside_the_published_ones(gypsum: Case, client: Client) -> None:
    assert "Gypsum to boards" in client.get(reverse("plan_cases")).content.decode()
    page = client.get(reverse("plan_case", args=["gypsum"])).content.decode()
    assert "60 – 90" in page
    assert "agrees" in page
    assert "not published" in page
    assert "3,600" in page  # 80 t × (30 + 20 − 5)


def test_assumption_is_changed_by_the_query_of_who_is_signed_in(
    gypsum: Case, facilitator: User, client_of: ClientOf
) -> None:
    address = reverse("plan_case", args=["gypsum"])
    assert client_of(None).get(address, {"a0": "95"}).status_code == 302
    page = client_of(facilitator).get(address, {"a0": "95"})
    assert [figure.value for figure in page.context["result"].figures] == [95.0, 95.0 * 45]
    assert "differs" in page.content.decode()
    assert page.context["changed"] == {"gypsum"}


@pytest.mark.parametrize(("typed", "said"), [("many", "Type a number"), ("-5", "is less than nothing")])
def test_assumption_that_cannot_be_is_said(
    gypsum: Case, facilitator: User, client_of: ClientOf, typed: str, said: str
) -> None:
    page = client_of(facilitator).get(reverse("plan_case", args=["gypsum"]), {"a0": typed})
    assert page.context["result"] is None
    assert said in page.content.decode()


def test_case_that_is_none_is_missing(client: Client) -> None:
    assert client.get(reverse("plan_case", args=["atlantis"])).status_code == 404
