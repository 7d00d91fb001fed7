"""`manage.py pathway`: a chain with its balance, or one sentence on why there is none."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command


def printed(offer: str, request: str) -> str:
    out = StringIO()
    call_command("pathway", offer, request, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_command_prints_the_kota_chain_with_yields_and_balance() -> None:
    text = printed("calcium carbide", "PVC")
    assert text.splitlines()[0] == "Calcium carbide → PVC: 3 steps; every amount per t of Calcium carbide"
    for line in (
        "CaC2 + 2 H2O → C2H2 + Ca(OH)2",
        "C2H2 + HCl → C2H3Cl",
        "n C2H3Cl → (C2H3Cl)n",
        "0.5621 m³  Process water, bought in",
        "1.1559 t   Carbide lime, by-product",
        "0.5688 t   Hydrogen chloride, bought in",
        "0.9750 t   PVC",
        "in 1.5621 t, out 1.5621 t, difference +0.0000 t",
        "0.4062 × 2.4002 × 1.0000 = 0.9750 t PVC",
        "in 2.1309 t, out 2.1309 t, difference +0.0000 t",
    ):
        assert line in text, line


@pytest.mark.django_db
def test_command_finds_resources_by_name_other_name_and_slug() -> None:
    assert (
        printed("CaC2", "polyvinyl chloride")
        == printed("calcium-carbide", "pvc")
        == printed("Calcium Carbide", "PVC")
    )


@pytest.mark.django_db
def test_command_tells_a_substitution_from_a_process_and_weighs_step_by_step() -> None:
    text = printed("carbide lime", "fgd gypsum")
    assert "1. Carbide lime as Limestone, without a process" in text
    assert "1.3509 t spared" in text
    assert "2. FGD gypsum by wet limestone scrubbing" in text
    assert "step by step only" in text


@pytest.mark.django_db
def test_command_names_what_enters_for_a_more_general_input_and_what_cannot_be_weighed() -> None:
    text = printed("canteen waste", "cogeneration electricity")
    assert "1.0000 t   Food waste, for which Canteen waste is taken" in text
    assert "without Biogas, whose weight is not known" in text


@pytest.mark.django_db
def test_command_says_that_a_pair_fits_directly() -> None:
    assert (
        printed("FGD gypsum", "gypsum")
        == "FGD gypsum meets a request for Gypsum as it is; it needs no pathway.\n"
    )


@pytest.mark.django_db
def test_command_tells_of_resources_that_are_only_related() -> None:
    said = printed("fly ash", "coal fly ash")
    assert "may meet a request for Coal fly ash as it is: related, not the same" in said


@pytest.mark.django_db
def test_command_without_a_pathway_fails_with_one_sentence() -> None:
    with pytest.raises(CommandError) as caught:
        printed("PVC", "calcium carbide")
    assert str(caught.value) == "The catalogue knows no pathway from PVC to Calcium carbide."
    assert caught.value.returncode == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "calcium carbid",
            "The catalogue knows no resource “calcium carbid”; did you mean Calcium carbide, ",
        ),
        ("☃", "The catalogue knows no resource “☃”; see /resources/ for those it knows."),
        ("material", "The catalogue knows no resource “material”; did you mean "),
    ],
)
def test_command_names_what_is_near_a_resource_it_does_not_know(text: str, sentence: str) -> None:
    with pytest.raises(CommandError) as caught:
        printed(text, "PVC")
    assert str(caught.value).startswith(sentence)
