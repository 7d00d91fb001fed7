"""Pages by cursor: what is inserted meanwhile neither repeats a row nor hides one."""

import base64
from typing import Any

import pytest

from accounts.models import User
from tests.api.conftest import Api, ApiOf, errors_of
from tests.conftest import MakeListing


def walk(api: Api, address: str, *, link: str = "next", between: Any = lambda: None) -> list[int]:
    """Return the ids of all pages, calling `between` after each."""
    found: list[int] = []
    while address:
        page = api.get(address).json()
        ids = [row["id"] for row in page["results"]]
        found = found + ids if link == "next" else ids + found
        between()
        address = page[link]
    return found


@pytest.mark.parametrize("page_size", [1, 2, 3, 7])
def test_walk_while_rows_are_inserted_finds_each_row_once(
    api_of: ApiOf, make_offer: MakeListing, page_size: int
) -> None:
    before = [make_offer().pk for _count in range(7)]
    found = walk(api_of(None), f"listings/?page_size={page_size}", between=make_offer)
    assert found == before[::-1]


def test_walk_backwards_finds_what_came_meanwhile(api_of: ApiOf, make_offer: MakeListing) -> None:
    rows = [make_offer().pk for _count in range(5)]
    api = api_of(None)
    page = api.get("listings/?page_size=2").json()
    while page["next"]:
        page = api.get(page["next"]).json()
    rows.append(make_offer().pk)
    assert walk(api, page["previous"], link="previous") == rows[::-1][:-1]


def test_walk_of_the_catalogue_is_the_tree(api_of: ApiOf) -> None:
    api = api_of(None)
    address, positions = "resources/?kind=heat&page_size=9", []
    while address:
        page = api.get(address).json()
        positions += [row["slug"] for row in page["results"]]
        address = page["next"]
    whole = api.get("resources/?kind=heat&page_size=200").json()["results"]
    assert positions == [row["slug"] for row in whole]
    assert len(positions) > 9


def test_filters_stay_on_the_next_page(api_of: ApiOf, make_offer: MakeListing, seller: User) -> None:
    drafts = sorted(make_offer(publish=False).pk for _count in range(3))
    make_offer()
    assert walk(api_of(seller), "listings/?mine=true&state=draft&page_size=1") == drafts[::-1]


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "%00",
        "ü",
        base64.b64encode(b"p=abc").decode(),
        base64.b64encode(b"p=1%00").decode(),
        base64.b64encode(b"p=9999999999999999999999").decode(),
        base64.b64encode(b"o=-1").decode(),
        base64.b64encode(b"r=2x&p=1").decode(),
    ],
)
def test_cursor_of_another_make_is_refused(api_of: ApiOf, cursor: str) -> None:
    response = api_of(None).get(f"listings/?cursor={cursor}")
    assert (response.status_code, list(errors_of(response))) == (400, ["cursor"])
