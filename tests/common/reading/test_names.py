import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.reading.names import name_key, name_keys


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("København", "kobenhavn"),
        ("KØBENHAVN", "kobenhavn"),
        ("  Den\u00a0Haag\t", "den haag"),
        ("Go\u0308teborg", "goteborg"),
        ("Ｂａｓｅｌ", "basel"),
        ("Sint-Niklaas", "sint niklaas"),
        ("’s‑Gravenhage", "s gravenhage"),
        ("'s-Gravenhage", "s gravenhage"),
        ("Halle (Saale)", "halle saale"),
        ("Halle/Saale", "halle saale"),
        ("İzmir", "izmir"),
        ("Łódź", "lodz"),
        ("Straßburg", "strassburg"),
        ("Kal\0und\u200bborg\ufeff", "kalundborg"),
        ("Αθήνα", "αθηνα"),
        ("東京", "東京"),
        ("서울", "서울"),
        ("\0", ""),
        ("…—", ""),
        ("\ud800", ""),
    ],
)
def test_key_forgets_case_accents_and_what_cannot_be_seen(text: str, key: str) -> None:
    assert name_key(text) == key


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("Köln", ["koln", "koeln"]),
        ("Malmo\u0308", ["malmo", "malmoe"]),
        ("Ålborg", ["alborg", "aalborg"]),
        ("Næstved", ["naestved"]),
        ("Koeln", ["koeln"]),
        ("☃", []),
        ("", []),
    ],
)
def test_name_has_a_key_with_its_umlauts_as_two_letters_too(text: str, keys: list[str]) -> None:
    assert name_keys(text) == keys


@given(st.text())
def test_key_is_the_key_of_itself_and_holds_no_nul(text: str) -> None:
    key = name_key(text)
    assert name_key(key) == key
    assert "\0" not in key
