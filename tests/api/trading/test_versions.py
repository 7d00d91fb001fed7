"""Two who edit one synergy over REST: the second, who read it before, is told so and changes nothing."""

import pytest

from accounts.models import User
from tests.api.conftest import Api, ApiOf
from tests.api.trading.calls import refused
from trading.models import Synergy

pytestmark = pytest.mark.django_db


def test_next_step_of_who_read_it_before_the_other_is_refused(
    supplier: Api, receiver: Api, synergy: Synergy
) -> None:
    path = f"synergies/{synergy.pk}/next_step/"
    read = receiver.get(f"synergies/{synergy.pk}/")["ETag"]
    done = supplier.call("post", path, {"text": "Send a sample"}, **{"If-Match": read})
    assert (done.status_code, done["ETag"] != read) == (200, True)
    late = receiver.call("post", path, {"text": "Visit the plant"}, **{"If-Match": read})
    refused(late, 412, "outdated")
    assert late.json()["current"] == receiver.get(f"synergies/{synergy.pk}/").json()
    assert late.json()["current"]["next_step"] == "Send a sample"
    synergy.refresh_from_db()
    assert synergy.next_step == "Send a sample"
    for seen in (late["ETag"], done["ETag"], "*"):
        assert receiver.call("post", path, {"text": "Send a sample"}, **{"If-Match": seen}).status_code == 200
    assert receiver.post(path, {"text": "Visit the plant"}).status_code == 200


def test_share_of_who_read_it_before_the_other_is_refused(
    api_of: ApiOf, facilitator: User, synergy: Synergy
) -> None:
    api, path = api_of(facilitator), f"synergies/{synergy.pk}/attribution/"
    read = api.get(f"synergies/{synergy.pk}/")["ETag"]
    half = {"share": "0.5", "reason": "A grant paid half."}
    assert api.call("post", path, half, **{"If-Match": read}).status_code == 200
    refused(api.call("post", path, {"share": "1"}, **{"If-Match": read}), 412, "outdated")
    assert api.get(f"synergies/{synergy.pk}/").json()["attribution"] == "0.5"
