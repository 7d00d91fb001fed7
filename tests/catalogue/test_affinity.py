"""The knowledge of activities, what affinity says and why, how well it tells real exchanges from other pairs."""

import csv
import io
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from catalogue.affinity.evaluation import CandidatePair, Ranking, pairs_of, rank, scorers, token_overlap
from catalogue.affinity.scoring import PROCESS, KnowledgeBase, affinity
from catalogue.loading.activities import ActivityFiles, FlowSide, read_activity_files
from catalogue.loading.files import read_catalogue_files
from catalogue.loading.folder import DATA_FOLDER
from catalogue.loading.services import load_catalogue
from catalogue.management.commands.affinity import FLOW_COLUMNS, receivers
from catalogue.selectors.knowledge import read_knowledge
from common.reading.tables import TableError, read_rows
from tests.proof import one_in

RECALLED = Path(__file__).parent / "recalled_parks.csv"
DOCUMENTED = DATA_FOLDER / "documented_flows.csv"
UNREADABLE = [
    "",
    "   ",
    "12345 678",
    "🎉🎊",
    "дымовой газ",
    "石膏",
    "'; DROP TABLE catalogue_resource; --",
    "\0",
    "%_%",
    "qwertyuiop",
    "zx" * 5000,
]


@pytest.fixture(scope="module")
def knowledge() -> KnowledgeBase:
    return read_knowledge()


def read_files(folder: Path) -> ActivityFiles:
    files = read_catalogue_files(folder)
    return read_activity_files(folder, {entry.slug: entry for entry in files.resources}, files.activities)


@pytest.fixture(scope="module")
def files() -> ActivityFiles:
    return read_files(DATA_FOLDER)


def rankings(path: Path, knowledge: KnowledgeBase, way: str) -> dict[str, Ranking]:
    with path.open(encoding="utf-8", newline="") as lines:
        rows = [{column: row[column] for column in FLOW_COLUMNS} for row in csv.DictReader(lines)]
    pairs = receivers(rows, knowledge)[way]
    return {name: rank(pairs, scorer) for name, scorer in scorers(pairs, knowledge).items()}


# --- the files ----------------------------------------------------------------------------------------------
def test_files_hold_enough_activities_and_links_of_every_kind(files: ActivityFiles) -> None:
    assert len(files.activities) >= 150
    assert len(files.flows) >= 1500
    kinds = {entry.slug: entry.kind for entry in read_catalogue_files().resources}
    count = Counter((kinds[flow.resource], flow.direction) for flow in files.flows)
    for kind in ("material", "energy", "water", "heat"):
        assert min(count[kind, FlowSide.TAKES], count[kind, FlowSide.GIVES]) >= 60, kind


def test_every_activity_takes_and_gives_something_and_has_everyday_names(files: ActivityFiles) -> None:
    for side in FlowSide:
        count = Counter(flow.activity for flow in files.flows if flow.direction == side)
        assert all(count[entry.slug] for entry in files.activities), side
    assert all(entry.other_names for entry in files.activities)


def test_source_that_names_a_process_names_one_with_the_resource_in_it(files: ActivityFiles) -> None:
    flows = read_rows(DATA_FOLDER, "process_flows.csv", ("process", "direction", "resource"))
    known = {(row["process"], row["direction"], row["resource"]) for row in flows}
    side = {FlowSide.TAKES: "input", FlowSide.GIVES: "output"}
    named = [flow for flow in files.flows if flow.source.startswith("processes.csv: ")]
    assert len(named) > 100
    for flow in named:
        assert (flow.source.removeprefix("processes.csv: "), side[flow.direction], flow.resource) in known, (
            flow
        )


@pytest.mark.parametrize("sink", ["landfill", "waste-incinerator", "land-reclamation", "wastewater-works"])
def test_general_sink_takes_nothing_as_strongly_as_a_specific_use(files: ActivityFiles, sink: str) -> None:
    strongest = max(f.strength for f in files.flows if f.activity == sink and f.direction == FlowSide.TAKES)
    assert strongest <= 0.75


@pytest.mark.parametrize(
    ("file", "cells", "message"),
    one_in(
        3,
        [
            (
                "activity_flows.csv",
                "brewery,takes,no-such,0.5,x",
                "column resource: there is no resource “no-such”",
            ),
            (
                "activity_flows.csv",
                "brewery,takes,material,0.5,x",
                "column resource: there is no resource “material”",
            ),
            ("activity_flows.csv", "pub,takes,steam,0.5,x", "column activity: “pub” is not a slug"),
            (
                "activity_flows.csv",
                "brewery,eats,steam,0.5,x",
                "column direction: “eats” is not one of takes, gives",
            ),
            (
                "activity_flows.csv",
                "brewery,takes,steam,0.5,x",
                "column resource: “brewery” takes “steam” in row",
            ),
            ("activity_flows.csv", "brewery,takes,coal,1.01,x", "column strength: 1.01 is out of range"),
            ("activity_flows.csv", "brewery,takes,coal,0,x", "column strength: 0 is out of range"),
            ("activity_flows.csv", "brewery,takes,coal,much,x", "column strength: “much” is not a number"),
            ("activity_flows.csv", "brewery,takes,coal,0.5,", "column source: is empty"),
            ("activities.csv", "brewery,Pub,pub,11.05,food", "column slug: “brewery” stands in row"),
            (
                "activities.csv",
                "pub,Brauerei,pub,11.05,food",
                "column name: “Brauerei” already leads to “brewery”",
            ),
            ("activities.csv", "pub,Pub,pub,11,food", "column nace_codes: “11” is not a class"),
            ("activities.csv", "pub,Pub,pub,,food", "column nace_codes: name at least one class"),
            ("activities.csv", "pub,Pub,pub,56.30,fun", "column sector: “fun” is not one of"),
            (
                "activities.csv",
                "pub,Pub,pub,56.30,food",
                "column slug: activity_flows.csv must name something",
            ),
            ("resource_words.csv", "ash,fly-ash,0.5", "column words: means “fly-ash” in row"),
            ("resource_words.csv", "?,fly-ash,0.5", "column words: “?” should hold letters"),
            ("resource_words.csv", "x y,no-such,0.5", "column resource: there is no resource “no-such”"),
        ],
    ),
)
def test_wrong_cell_is_named_by_file_row_and_column(
    folder: Path, file: str, cells: str, message: str
) -> None:
    path = folder / file
    row = len(path.read_text(encoding="utf-8").splitlines()) + 1
    with path.open("a", encoding="utf-8") as lines:
        lines.write(f"{cells}\n")
    with pytest.raises(TableError) as raised:
        read_files(folder)
    assert str(raised.value).startswith(f"{file}, row {row}, ")
    assert message in str(raised.value)


# --- what it says -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("material", "activity", "score", "reason"),
    [
        ("FGD gypsum", "plasterboard factory", 0.97, "Plasterboard factory takes FGD gypsum directly"),
        ("flue gas gypsum", "drywall maker", 0.97, "Plasterboard factory takes FGD gypsum directly"),
        ("Abwärme", "Fernwärme", 0.9259, "District heating takes waste heat directly"),
        (
            "used cooking oil",
            "bus company",
            0.424,
            "Bus, lorry and ship operator takes biodiesel: "
            "used cooking oil gives it by “Biodiesel from used cooking oil”",
        ),
        (
            "sugar",
            "distillery",
            0.652,
            "Distillery takes sugar-rich by-products: sugar is one of sugar-rich by-products",
        ),
    ],
)
def test_example_has_its_score_and_reason(
    knowledge: KnowledgeBase, material: str, activity: str, score: float, reason: str
) -> None:
    found = affinity(material, activity, knowledge)
    assert found.reason == reason
    assert found.score == pytest.approx(score, abs=0.03)


@pytest.mark.parametrize(
    ("material", "better", "worse"),
    [
        ("FGD gypsum", "plasterboard factory", "landfill"),
        ("spent grain", "cattle farm", "steel mill"),
        ("steam", "paper mill", "quarry"),
        ("fly ash", "cement works", "brewery"),
        ("carbon dioxide", "greenhouse", "foundry"),
        ("EAF dust", "zinc smelter", "waste incinerator"),
        ("sewage sludge", "biogas plant", "glass works"),
        ("calcium carbide", "acetylene producer", "PVC maker"),
    ],
)
def test_specific_use_ranks_above_a_general_or_strange_one(
    knowledge: KnowledgeBase, material: str, better: str, worse: str
) -> None:
    assert affinity(material, better, knowledge).score > affinity(material, worse, knowledge).score + 0.1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("fly ash", "Fly-Ash!"),
        ("waste tyres", "waste tires"),
        ("aluminium scrap", "aluminum scrap"),
        ("elemental sulphur", "elemental sulfur"),
        ("brewers grains", "brewers grain"),
        ("wastewater", "waste water"),
    ],
)
def test_spelling_does_not_change_the_score(knowledge: KnowledgeBase, one: str, other: str) -> None:
    for activity in ("cement works", "steel works", "cattle farm", "sewage works", "sulphuric acid plant"):
        assert affinity(one, activity, knowledge).score == pytest.approx(
            affinity(other, activity, knowledge).score, abs=0.12
        )


def test_part_of_a_text_that_is_known_is_enough(knowledge: KnowledgeBase) -> None:
    named = affinity("Low-grade heat and CO2", "Van der Meer tomato greenhouse", knowledge)
    assert named.score > 0.6
    assert affinity("CO2 from CHP flue gas", "Hankuk Paper, Onsan mill", knowledge).score > 0.3


def test_nace_title_and_code_stand_for_their_activities(knowledge: KnowledgeBase) -> None:
    for text in ("Manufacture of cement", "NACE 23.51"):
        assert affinity("fly ash", text, knowledge).score > 0.5


def test_maker_is_found_by_its_product(knowledge: KnowledgeBase) -> None:
    assert affinity("calcium carbide", "acetylene", knowledge).score > 0.3


def test_stronger_link_never_lowers_a_score(knowledge: KnowledgeBase) -> None:
    before = affinity("fly ash", "cement plant", knowledge).score
    weaker = replace(knowledge, takes={"cement-plant": {"fly-ash": 0.4}})
    assert 0.3 < affinity("fly ash", "cement plant", weaker).score < before


def test_every_step_on_the_way_costs(knowledge: KnowledgeBase) -> None:
    def taking(resource: str) -> float:
        only = replace(knowledge, takes={"brewery": {resource: 1.0}})
        return affinity("calcium carbide", "brewery", only).score

    assert taking("calcium-carbide") == 1.0
    assert taking("acetylene") == pytest.approx(PROCESS)
    assert taking("vinyl-chloride-monomer") == pytest.approx(PROCESS**2)


def test_plant_does_not_want_what_it_has_plenty_of(knowledge: KnowledgeBase) -> None:
    with_own = replace(
        knowledge, takes={"brewery": {"surplus-yeast": 0.4}}, gives={"brewery": {"surplus-yeast": 0.9}}
    )
    without = replace(with_own, gives={})
    pair = ("surplus yeast", "brewery")
    assert affinity(*pair, with_own).score < affinity(*pair, without).score


# --- bad input ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("text", UNREADABLE)
def test_unreadable_text_scores_zero_with_a_reason(knowledge: KnowledgeBase, text: str) -> None:
    for found in (affinity(text, "refinery", knowledge), affinity("steam", text, knowledge)):
        assert found.score == 0.0
        assert found.reason


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200), st.text(max_size=200))
def test_any_two_texts_get_a_score_in_range_and_a_reason(material: str, activity: str) -> None:
    found = affinity(material, activity, read_knowledge())
    assert 0.0 <= found.score <= 1.0
    assert found.reason


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["steam", "fly ash", "paper"]), st.characters(), st.integers(0, 10_000))
def test_known_word_among_noise_is_no_error(word: str, noise: str, times: int) -> None:
    found = affinity(word + noise * times, noise * times + " refinery", read_knowledge())
    assert 0.0 <= found.score <= 1.0


# --- how good it is -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("path", "way", "least_auc", "least_f"),
    [
        (DOCUMENTED, "name", 0.85, 0.70),
        (DOCUMENTED, "NACE title", 0.93, 0.75),
        (DOCUMENTED, "name and NACE title", 0.93, 0.75),
        (RECALLED, "name", 0.86, 0.55),
    ],
)
def test_real_exchanges_rank_above_other_pairs_and_baselines(
    knowledge: KnowledgeBase, path: Path, way: str, least_auc: float, least_f: float
) -> None:
    found = rankings(path, knowledge, way)
    best = found.pop("affinity")
    assert best.auc >= least_auc
    assert best.best[0] >= least_f
    assert best.f1_left_out() >= least_f - 0.05
    for baseline in found.values():
        assert baseline.auc < best.auc - 0.15
        assert baseline.best[0] < best.best[0] - 0.15


def test_control_with_shuffled_labels_is_no_better_than_chance(knowledge: KnowledgeBase) -> None:
    ranking = rankings(DOCUMENTED, knowledge, "name and NACE title")["affinity"]
    dice = random.Random(7)
    aucs = []
    for _ in range(20):
        labels = [pair.is_real for pair in ranking.pairs]
        dice.shuffle(labels)
        pairs = [replace(pair, is_real=real) for pair, real in zip(ranking.pairs, labels, strict=True)]
        aucs.append(Ranking(pairs, ranking.scores).auc)
    assert 0.43 < sum(aucs) / len(aucs) < 0.57
    assert max(aucs) < 0.75


def test_documented_exchanges_are_no_source_of_the_knowledge(files: ActivityFiles) -> None:
    assert {flow.source.split(":")[0] for flow in files.flows} == {
        "general process knowledge, not reviewed",
        "processes.csv",
    }


def test_auc_and_f_of_a_hand_made_ranking() -> None:
    pairs = [CandidatePair("n", str(at), "a", real) for at, real in enumerate([True, False, True, False])]
    ranking = Ranking(pairs, [0.9, 0.5, 0.5, 0.0])
    assert ranking.auc == pytest.approx(3.5 / 4)
    assert ranking.best[0] == pytest.approx(4 / 5)
    assert ranking.best[1] == 0.5
    assert Ranking(pairs, [0.0] * 4).best[0] == 0.0


def test_pairs_are_every_material_with_every_receiver_of_its_network(knowledge: KnowledgeBase) -> None:
    rows = [
        {"network": "one", "resource": "steam", "to_org": "mill", "to_activity": "17.12"},
        {"network": "one", "resource": "ash", "to_org": "road", "to_activity": ""},
        {"network": "two", "resource": "ash", "to_org": "farm", "to_activity": ""},
    ]
    pairs = receivers(rows, knowledge)["name"]
    assert [(pair.material, pair.activity, pair.is_real) for pair in pairs] == [
        ("steam", "mill", True),
        ("steam", "road", False),
        ("ash", "mill", False),
        ("ash", "road", True),
        ("ash", "farm", True),
    ]
    assert pairs_of([]) == []


def test_token_overlap_is_the_share_of_common_words() -> None:
    assert token_overlap("waste paper", "paper mills") == pytest.approx(1 / 3)
    assert token_overlap("", "paper") == 0.0


# --- the command --------------------------------------------------------------------------------------------
def run(*words: str) -> str:
    out = io.StringIO()
    call_command("affinity", *words, stdout=out)
    return out.getvalue()


def test_command_says_score_and_reason_of_two_texts() -> None:
    assert run("steam", "refinery") == "0.60  Oil refinery takes steam directly\n"


def test_command_answers_every_line_of_a_file_in_order(tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(["material", "activity", "more"])
        writer.writerows([text, "refinery", "x"] for text in ["steam", *UNREADABLE])
        lines.write("steam\n")
    rows = list(csv.DictReader(io.StringIO(run("--csv", str(path)))))
    assert list(rows[0]) == ["material", "activity", "score", "reason"]
    assert [row["score"] for row in rows] == ["0.6011", *["0.0000"] * (len(UNREADABLE) + 1)]
    assert all(row["reason"] for row in rows)


@pytest.mark.parametrize("content", ["", "a,b\n1,2\n", "material\nsteam\n"])
def test_command_names_the_columns_that_a_file_lacks(tmp_path: Path, content: str) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(CommandError, match=r"columns .*activity are missing"):
        run("--csv", str(path))


def test_command_without_file_or_pair_says_what_it_needs(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="Name a material and an activity"):
        run("steam")
    with pytest.raises(CommandError, match="No such file"):
        run("--csv", str(tmp_path / "none.csv"))


def test_command_evaluates_beside_the_baselines() -> None:
    report = run("--evaluate")
    for part in ("affinity", "TF-IDF", "token overlap", "Kalundborg", "real, scored lowest"):
        assert part in report


@pytest.mark.django_db
def test_load_catalogue_checks_the_activity_files(folder: Path, edit_cell: Callable[..., Path]) -> None:
    edit_cell("activities.csv", "brewery", nace_codes="99.99")
    with pytest.raises(TableError, match=r"activities.csv, row .*, column nace_codes"):
        load_catalogue(folder=folder)
