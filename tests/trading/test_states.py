"""The one table of moves, and its copy in docs/trading.md."""

from pathlib import Path

import pytest

from trading.models import MOVES, STARTS, Agreement, Bid, Synergy, Tender, may_move

PAGE = Path(__file__).resolve().parents[2] / "docs" / "trading.md"
STATES = {
    "synergy": Synergy._meta.get_field("stage"),
    "bid": Bid._meta.get_field("state"),
    "tender": Tender._meta.get_field("state"),
    "agreement": Agreement._meta.get_field("state"),
}


def table_of(subject: str) -> str:
    """The moves of a subject as the page writes them."""
    head = "| from | to | who | event | when |\n|---|---|---|---|---|\n"
    rows = (
        f"| `{move.origin}` | `{move.target}` | {move.by.label} | `{move.event}` | {move.cause} |"
        for move in MOVES[subject]
    )
    return head + "\n".join(rows)


@pytest.mark.parametrize("subject", MOVES)
def test_page_has_the_table_that_the_code_reads(subject: str) -> None:
    assert table_of(subject) in PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("subject", MOVES)
def test_moves_start_and_stay_within_the_states_of_the_model(subject: str) -> None:
    states = {value for value, _ in STATES[subject].flatchoices}
    assert states == {STARTS[subject]} | {move.target for move in MOVES[subject]}
    assert {move.origin for move in MOVES[subject]} < states


@pytest.mark.parametrize("subject", MOVES)
def test_no_move_stands_twice(subject: str) -> None:
    moves = [(move.origin, move.target) for move in MOVES[subject]]
    assert len(moves) == len(set(moves))


def test_what_is_not_in_the_table_may_not_be() -> None:
    assert may_move("synergy", "idea", "discussion")
    assert not may_move("synergy", "idea", "negotiation")
    assert not may_move("synergy", "lost", "idea")
