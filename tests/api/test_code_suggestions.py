"""Waste codes for plain words, over REST."""

from urllib.parse import quote

import pytest

from tests.api.conftest import Api, ApiOf, errors_of


@pytest.fixture
def api(api_of: ApiOf) -> Api:
    return api_of(None)


def test_plain_words_get_codes_with_reason_warning_and_question(api: Api) -> None:
    answer = api.get("code-suggestions/?q=fly%20ash").json()
    first = answer["codes"][0]
    assert (first["code"], first["display"], first["hazardous"]) == ("100102", "10 01 02", False)
    assert first["reason"]
    assert answer["resource"] == "fly-ash"
    assert {"code": "100102", "origin": "coal"} in answer["question"]["answers"]
    twin = next(code for code in answer["codes"] if code["code"] == "190114")
    assert twin["twins"] == ["190113"]
    assert "19 01 13*" in twin["warning"]


@pytest.mark.parametrize("text", ["", "🏭", "\0", "x" * 3000])
def test_text_that_says_nothing_gets_no_code_and_no_error(api: Api, text: str) -> None:
    response = api.get(f"code-suggestions/?q={quote(text)}")
    assert response.status_code == 200
    assert response.json() == {"codes": [], "resource": None, "question": None, "note": ""}


def test_misspelt_parameter_is_refused(api: Api) -> None:
    response = api.get("code-suggestions/?query=ash")
    assert response.status_code == 400
    assert list(errors_of(response)) == ["query"]
