"""Studies of a plan: worked out by a job, kept with the run, shown by names."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from accounts.models import User
from catalogue.models import Resource
from matching.models import Match
from planning.adapters import reading
from planning.adapters import studies as worked_out
from planning.adapters.inputs import Inputs
from planning.library import facilities, facility_names, resource_names
from planning.models import PlanRun, PlanStudy, StudyState
from planning.optimize.answers import Plan
from planning.optimize.network import Network
from planning.selectors.names import with_names
from planning.selectors.plants import WHOLE, with_plants
from planning.services import studies
from planning.services.runs import ask_study
from planning.services.studies import STUDIES, Study, work_study
from tests.conftest import MakeListing
from tests.planning.conftest import Planned

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | None], Client]


def worked(plan: PlanRun, facilitator: User, name: str) -> Any:
    study = ask_study(actor=facilitator, run=plan, name=name)
    assert work_study(study_id=study.pk)
    return PlanStudy.objects.get(pk=study.pk).result


def test_accounts_add_up_to_what_the_plan_spares(plan: PlanRun, facilitator: User) -> None:
    found = worked(plan, facilitator, "accounts")
    assert found["total"] == pytest.approx(plan.planned["spared_per_year"])
    assert sum(row["shapley"] for row in found["companies"]) == pytest.approx(found["total"])
    # Each of two parties is worth nothing alone: Shapley halves, prices give all to the side that is short.
    assert [row["shapley"] for row in found["companies"]] == pytest.approx([found["total"] / 2] * 2)
    assert [row["gain"] for row in found["companies"]] == pytest.approx([found["total"], 0], abs=0.01)
    assert found["is_stable"] is True


def test_company_on_which_all_hangs_is_a_single_point_of_failure(plan: PlanRun, facilitator: User) -> None:
    rows = worked(plan, facilitator, "knockouts")["rows"]
    assert len(rows) == 3  # two companies and the one flow
    assert any(row["is_single_point"] for row in rows)


def test_front_begins_with_the_cheapest_and_draws_are_the_same_each_time(
    plan: PlanRun, facilitator: User
) -> None:
    assert worked(plan, facilitator, "front")["points"][0]["cost"] == 0
    found = worked(plan, facilitator, "robust")
    assert (found["draws"], found["infeasible"]) == (200, 0)
    assert found["low"] < found["middle"] < found["high"]
    assert [row["unit"] for row in found["flows"]] == ["t"]


def test_what_is_missing_takes_up_what_nothing_fits(
    ash_match: Match,
    make_offer: MakeListing,
    planned: Planned,
    facilitator: User,
    client_of: ClientOf,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """20,000 t of board offcuts that nobody takes, at a disposal of 60 a t: a recycling plant would."""
    make_offer(resource="gypsum-board-offcuts", quantity=Decimal(20_000), price=Decimal(-60))
    monkeypatch.setattr(
        reading, "MOST_LEFT_OUT", 0
    )  # However few of those left out are named with the inputs.
    plan = planned()
    assert plan.kept_inputs["left_out"] == []
    found = worked(plan, facilitator, "missing")
    [row] = [row for row in found["rows"] if row["facility"] == "Gypsum recycling from plasterboard waste"]
    # The same amount in each month: enough for all but the shortest, in which a little has to be disposed of.
    assert 20_000 < row["size"] < 20_000 * 31 / 28
    assert row["value"] > 0
    assert row["capex"] > 1_000_000
    assert row["payback"] > 1
    together = worked(plan, facilitator, "investment")
    assert any("Gypsum recycling" in one["what"] for one in together["built"])
    assert together["views"][0]["npv"] > 0
    page = client_of(facilitator).get(reverse("plan_run", args=[plan.pk])).content.decode()
    assert "Gypsum recycling from plasterboard waste" in page
    assert "party-" not in page


@pytest.mark.parametrize("name", STUDIES)
def test_study_stands_on_the_page_by_names(
    plan: PlanRun, facilitator: User, client_of: ClientOf, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worked_out, "DRAWS", 10)
    client = client_of(facilitator)
    client.post(reverse("plan_run_study", args=[plan.pk]), {"study": name})
    assert "It is being worked out" in client.get(reverse("plan_run", args=[plan.pk])).content.decode()
    assert work_study(study_id=PlanStudy.objects.get().pk)
    page = client.get(reverse("plan_run", args=[plan.pk])).content.decode()
    assert "offer-" not in page.split('id="study-accounts"')[1]
    assert "party-" not in page


def test_study_that_stumbles_says_so_and_is_tried_again(
    plan: PlanRun, facilitator: User, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumbles(inputs: Inputs, network: Network, plan: Plan) -> Any:
        raise ArithmeticError

    monkeypatch.setitem(studies.STUDIES, "front", Study(stumbles, "Front", "About it"))
    study = ask_study(actor=facilitator, run=plan, name="front")
    assert not work_study(study_id=study.pk)
    page = client_of(facilitator).get(reverse("plan_run", args=[plan.pk])).content.decode()
    assert "It could not be worked out" in page
    monkeypatch.undo()
    assert ask_study(actor=facilitator, run=plan, name="front").state == StudyState.QUEUED
    assert work_study(study_id=study.pk)


def test_names_are_those_that_the_reader_may_know(
    ash_match: Match, facilitator: User, stranger: User
) -> None:
    offer, party = ash_match.offer_id, ash_match.offer.organization_id
    said = {"row": [f"offer-{offer} → request-0", {f"party-{party}": 1}]}
    assert with_names(facilitator, said) == {
        "row": ["Coal fly ash (Asnæs power station) → a listing that is gone", {"Asnæs power station": 1}]
    }
    assert with_names(stranger, said)["row"][1] == {"company 1": 1}


def test_plants_resources_and_investors_are_called_as_the_reader_calls_them(db: None) -> None:
    kept = {
        "facility": "Brick works",
        "takes": [{"what": "gypsum-board-offcuts", "unit": "t"}, {"what": "bricks", "unit": "t"}],
        "why": "fish-feed: nobody within reach gives it, and no price is known",
        "views": ["All companies", "Public", "party-7", "Brick works at party-3"],
        "swings": [
            "purchase of natural-gas, Brick works at party-3",
            "disposal of offer-12",
            "capital of Brick works at party-3",
            "cost of Brick works at party-3",
            "interest",
        ],
        "size": 3.5,
    }
    assert with_plants(kept) == {
        "facility": "Brick works",
        "takes": [{"what": "gypsum board offcuts", "unit": "t"}, {"what": "bricks", "unit": "t"}],
        "why": "Fish feed: nobody within reach gives it, and no price is known",
        "views": ["All companies together", "The public", "party-7", "Brick works at party-3"],
        "swings": [
            "Purchase of natural gas, Brick works at party-3",
            "Disposal of offer-12",
            "Capital of Brick works at party-3",
            "Running cost of Brick works at party-3",
            "Interest rate",
        ],
        "size": 3.5,
    }
    with override("de"):
        told = with_plants(kept)
    assert told["facility"] == "Ziegelwerk"
    assert [each["what"] for each in told["takes"]] == ["Gipsplattenverschnitt", "Ziegel"]
    assert told["why"] == "Fischfutter: niemand in Reichweite gibt es ab, und kein Preis ist bekannt"
    assert told["views"] == [
        "Alle Unternehmen zusammen",
        "Öffentliche Hand",
        "party-7",
        "Ziegelwerk bei party-3",
    ]
    assert told["swings"][0] == "Einkauf: Erdgas, Ziegelwerk bei party-3"
    assert told["swings"][-1] == "Zinssatz"


def test_every_plant_and_every_thing_of_the_library_has_a_name_in_both_languages(db: None) -> None:
    assert set(facility_names("de")) == {each.name for each in facilities().values()}
    slugs = {flow.resource for each in facilities().values() for flow in (*each.inputs, *each.outputs)}
    known = set(Resource.objects.filter(slug__in=slugs).values_list("slug", flat=True))
    assert slugs == known | set(resource_names("de"))
    assert resource_names("en")["aac-blocks"] == "Aerated concrete blocks"
    assert resource_names("de")["aac-blocks"] == "Porenbetonsteine"
    assert {each.basis for each in facilities().values()} <= set(WHOLE)
