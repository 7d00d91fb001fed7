"""Plants of a public register over the API: read by everybody, claimed by their company, decided by a facilitator."""

from accounts.models import Organization, Programme, User
from tests.api.conftest import ApiOf
from tests.conftest import make_plant


def test_claim_over_the_api(
    trader: User,
    viewer: User,
    stranger: User,
    facilitator: User,
    asnaes: Organization,
    programme: Programme,
    api_of: ApiOf,
) -> None:
    plant = make_plant()
    path = f"/api/v1/register-plants/{plant.pk}/claim/"
    body = {"organization": asnaes.pk, "remark": "ours"}
    assert api_of(viewer).post(path, body).status_code == 403
    assert api_of(stranger).post(path, body).status_code == 400
    made = api_of(trader).post(path, body)
    assert (made.status_code, made.json()["state"]) == (201, "waiting")
    assert api_of(trader).post(path, body).status_code == 409
    assert api_of(stranger).get("/api/v1/plant-claims/").json()["results"] == []
    assert api_of(None).get(f"/api/v1/register-plants/{plant.pk}/").json()["claimed_by"] is None

    confirm = f"/api/v1/plant-claims/{made.json()['id']}/confirm/"
    assert [api_of(user).post(confirm, {}).status_code for user in (stranger, viewer, trader)] == [404] * 3
    assert api_of(facilitator).post(confirm, {}).json()["state"] == "confirmed"
    assert api_of(facilitator).post(confirm, {}).status_code == 409
    document = api_of(None).get(f"/api/v1/register-plants/{plant.pk}/").json()
    assert (document["claimed_by"], document["streams"]) == ("Asnæs power station", [])
