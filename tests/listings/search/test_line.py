"""A line of words is understood, and nothing is read into it that it does not say."""

import pytest

from listings.search.line import Known, Line, read_line

TOWNS = {"kalundborg", "hamburg", "halle, de", "frankfurt am main", "essen", "new york", "kiel", "linz"}
KNOWN = Known(
    is_town=lambda text: text.casefold() in TOWNS,
    country=lambda text: {"denmark": "DK", "dänemark": "DK"}.get(text.casefold(), ""),
    is_word=lambda text: text.casefold() in {"essen", "steam", "ash"},
    is_currency=lambda code: code in {"EUR", "DKK", "USD", "GBP"},
)


@pytest.mark.parametrize(
    ("text", "words", "filters"),
    [
        (
            "fly ash near Kalundborg 200 km under 30 EUR",
            "fly ash",
            {"near": "Kalundborg", "within_km": "200", "price_max": "30", "currency": "EUR"},
        ),
        ("steam within 20 km of Hamburg", "steam", {"near": "Hamburg", "within_km": "20"}),
        (
            "Gips gesucht im Umkreis von 300 km um Kiel",
            "Gips",
            {"side": "request", "near": "Kiel", "within_km": "300"},
        ),
        ("sawdust offered near Linz", "sawdust", {"side": "offer", "near": "Linz"}),
        ("straw 50 miles around New York", "straw", {"near": "New York", "within_km": "80"}),
        ("within 50 km of Halle, DE", "", {"near": "Halle, DE", "within_km": "50"}),
        ("glass Frankfurt am Main 100 km", "glass", {"near": "Frankfurt am Main", "within_km": "100"}),
        ("sewage sludge in Denmark", "sewage sludge", {"country": "DK"}),
        ("Klärschlamm bei Hamburg", "Klärschlamm", {"near": "Hamburg"}),
        ("whey more than 500 t near Kiel", "whey", {"quantity_min": "500", "near": "Kiel"}),
        ("scrap up to 250 EUR/t", "scrap", {"price_max": "250", "currency": "EUR"}),
        ("gypsum at most 80 €", "gypsum", {"price_max": "80", "currency": "EUR"}),
        ("£30 gypsum", "gypsum", {"price_max": "30", "currency": "GBP"}),
        ("free of charge wood ash", "wood ash", {"free": "true"}),
        ("non-hazardous sludge", "sludge", {"hazardous": "no"}),
        ("heat near Kiel", "", {"kind": "heat", "near": "Kiel"}),
        ("10 01 02 near Kiel 50 km", "10 01 02", {"near": "Kiel", "within_km": "50"}),
        # A place that nobody knows is said to be one, so that the answer can say so beside it.
        ("fly ash near Nowhere 20 km", "fly ash", {"near": "Nowhere", "within_km": "20"}),
    ],
)
def test_line_becomes_words_and_filters(text: str, words: str, filters: dict[str, str]) -> None:
    assert read_line(text, KNOWN) == Line(words, filters)


@pytest.mark.parametrize(
    "text",
    [
        "fly ash",
        "10 01 02",
        "free cooling",
        "Essen",
        "steam",
        "30 XYZ gypsum",
        "steam 20 km",
        "offered",
        "hazardous goods storage",
        "",
        "\x00",
        "near",
        "km km km",
        "a" * 400,
    ],
)
def test_line_that_says_nothing_more_stays_words(text: str) -> None:
    assert read_line(text, KNOWN) == Line(" ".join(text.split()))


def test_word_of_the_trade_is_no_town() -> None:
    assert read_line("waste Essen", KNOWN).filters == {}
    assert read_line("waste near Essen", KNOWN).filters == {"near": "Essen"}
