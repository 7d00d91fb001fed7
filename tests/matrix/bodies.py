"""A right body for every address that takes one."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from accounts.models import Programme, Site
from notifications.models import Kind
from tests.planning.typed import SCENARIO


def bodies_for(site: Site, own: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what a right request sends, by route; routes that are not here need nothing."""
    where = {"name": "New", "town": "Kalundborg", "country": "DK", "latitude": 55.68, "longitude": 11.09}
    listing = {
        "side": "offer",
        "resource": "coal-fly-ash",
        "quantity": "100",
        "unit": "t",
        "period": "year",
        "site": site.pk,
        "available_from": "2026-01-01",
    }
    exchange = {
        "place": "Aalborg",
        "country": "DK",
        "giver": "Power station",
        "receiver": "Cement works",
        "resource": "coal-fly-ash",
        "source": "A report",
    }
    precedent_form = {
        **exchange,
        "per": "year",
        "programme": Programme.objects.get(slug="zealand-network").pk,
    }
    form = {**listing, "price_way": "open", "disclosure": "open"}
    details = {"name": "Asnæs", "currency": "EUR"}
    bid = {
        "quantity": "10",
        "unit": "t",
        "period": "year",
        "price_way": "free",
        "starts_on": timezone.now().date().isoformat(),
        "carrier": "supplier",
        "transport_paid_by": "supplier",
    }
    return {
        "preferences": dict.fromkeys(Kind.values, "inbox") | {"timezone": ""},
        "api-notification-preference-detail": {"channel": "inbox"},
        "saved_search_new": {"name": "Gypsum", "alert": "daily", "query": "q=gypsum"},
        "saved_search_change": {"name": "Coal ash", "alert": "weekly"},
        "api-saved-search-list": {"name": "Gypsum", "query": "q=gypsum"},
        "api-saved-search-detail": {"alert": "weekly"},
        "api-favourite-list": {"listing": own["offer"]},
        "listing_new": form,
        "listing_edit": form,
        "listing_import": {"side": "offer", "period": "year", "disclosure": "open", "column_0": "resource"},
        "listing_import_take": {"rows": "good", "then": "publish"},
        "api-listings-bulk": {"organization": own["organization"], "listings": [listing]},
        "match_dismiss": {"reason": "known"},
        "organization_new": {**details, "name": "Another"},
        "organization_edit": details,
        "organization_choose": {"organization": own["organization"]},
        "site_new": where,
        "site_edit": where,
        "member_invite": {"email": "guest@example.org", "role": "viewer"},
        "member_role": {"role": "viewer"},
        "programme_add": {"organization": "Elsewhere"},
        "programme_answer": {"answer": "leave"},
        "programme_remove": {"organization": own["organization"]},
        "programme_weights": {"common": "1"},
        "precedent_new": precedent_form,
        "precedent_edit": precedent_form,
        "language": {"language": "de"},
        "language_switch": {"language": "de"},
        "tokens": {"name": "a system", "scope": "read", "days": "90"},
        **plan_bodies_for(own),
        "typical_keep": {"site": site.pk, "activity": "coal-power-station", "one": "offer:coal-fly-ash"},
        "typical_nace": {"activity": "coal-power-station"},
        "plant_claim_refuse": {"reason": "It is another's."},
        "api-register-plant-claim": {"organization": own["organization"]},
        "api-plant-claim-refuse": {"reason": "It is another's."},
        "listing_enquire": {"text": "Could we have it?"},
        "listing_tender": {"deadline": "2100-01-01T10:00"},
        "synergy_message": {"text": "Hello"},
        "synergy_step": {"text": "Send a sample", "by": "supplier"},
        "synergy_lose": {"reason": "quality"},
        "synergy_attribution": {"share_percent": "50", "reason": "a grant"},
        "synergy_verify": {"year": str(timezone.now().year)},
        "synergy_declare": {"metric": "jobs", "year": "2026", "amount": "2", "baseline": "no silo"},
        "bid_counter": bid,
        "tender_bid": bid,
        "delivery_new": {
            "kind": "actual",
            "reference": "W-2",
            "happened_on": timezone.now().date().isoformat(),
            "quantity": "1",
            "unit": "t",
        },
        "delivery_correct": {"quantity": "1", "unit": "t", "note": "weighed twice"},
        "api-organization-detail": details,
        "api-site-list": {**where, "organization": own["organization"]},
        "api-site-detail": where,
        "api-listing-list": listing,
        "api-listing-detail": listing,
        "api-precedent-list": {**exchange, "programme": "zealand-network"},
        "api-precedent-detail": {"since": 1980},
        "api-match-dismiss": {"reason": "known"},
        "api-match-what-if": {"disposal_low": "60"},
        **deal_bodies_for(site, own),
    }


def plan_bodies_for(own: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what a right request about scenarios and plans sends, by route."""
    scenario = {**SCENARIO, "name": "Another"}
    return {
        "programme_plan_new": scenario,
        "scenario_edit": scenario,
        "plan_run_study": {"study": "front"},
        "plan_run_synergy": {"match": own["match"]},
        "api-scenario-list": {"programme": "zealand-network", "name": "Another"},
        "api-scenario-detail": {"horizon_years": 10},
        "api-plan-run-study": {"study": "front"},
    }


def deal_bodies_for(site: Site, own: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what a right request to the API of deals sends, by route."""
    organization, today = own["organization"], timezone.now().date().isoformat()
    bid = {"quantity": "10", "unit": "t", "period": "year", "price": "5", "starts_on": today}
    consignment = {"reference": "W-9", "happened_on": today, "quantity": "1", "unit": "t"}
    return {
        "api-synergy-list": {"match": own["match"], "organization": organization},
        "api-synergy-enquire": {"listing": own["offer"], "organization": organization, "text": "May we?"},
        "api-synergy-propose": {
            "supplier_site": site.pk,
            "receiver_site": Site.objects.get(name="Kiln").pk,
            "resource": "coal-fly-ash",
        },
        "api-synergy-messages": {"text": "Hello"},
        "api-synergy-next-step": {"text": "Send a sample"},
        "api-synergy-lose": {"reason": "quality"},
        "api-synergy-attribution": {"share": "0.5", "reason": "a grant"},
        "api-synergy-declare": {"metric": "jobs", "year": 2026, "amount": "2", "baseline": "no silo"},
        "api-synergy-verify": {"year": timezone.now().year},
        "api-synergy-bids": bid,
        "api-bid-counter": bid,
        "api-tender-list": {"listing": own["offer"], "deadline": "2100-01-01T10:00:00Z"},
        "api-tender-bids": {**bid, "organization": organization},
        "api-tender-award": {"awards": [{"bid": own["bid"], "amount": "1"}]},
        "api-agreement-papers": {"container": "silo"},
        "api-agreement-plan": consignment,
        "api-agreement-deliver": consignment,
        "api-delivery-correct": {"quantity": "1", "unit": "t", "note": "weighed twice"},
    }
