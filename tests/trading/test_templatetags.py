import pytest

from accounts.models import Site
from trading.templatetags.deals import site_words


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Zinc works", "Zinc works, Kokkola, FI"),
        ("Kokkola", "Kokkola, FI"),
        ("kokkola ", "Kokkola, FI"),
        ("Kokkola, Kokkola", "Kokkola, FI"),
        ("Power station, Kokkola", "Power station, Kokkola, FI"),
        ("Power station, Kokkola, FI", "Power station, Kokkola, FI"),
        ("Quay 2, Kokkola, north", "Quay 2, Kokkola, north, Kokkola, FI"),
        ("Kokkola zinc works", "Kokkola zinc works, Kokkola, FI"),
    ],
)
def test_town_of_a_site_is_named_once(name: str, words: str) -> None:
    assert site_words(Site(name=name, town="Kokkola", country="FI")) == words
