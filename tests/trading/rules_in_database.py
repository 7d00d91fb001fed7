"""Writes that the database refuses, the rule that each names, and a write like it that is taken."""

# ruff: noqa: E501 - a statement reads better in one line
from dataclasses import dataclass

BID_COLUMNS = (
    "synergy_id, tender_id, number, organization_id, by_id, counters_id, quantity, unit, period, amount, is_rate, price,"
    " unit_price, currency, starts_on, ends_on, carrier, transport_paid_by, conditions, expires_at, state, decline_reason"
)

DELIVERY_COLUMNS = (
    "agreement_id, kind, reference, happened_on, amount, corrects_id, organization_id, reported_by_id, note"
)

IMPACT_COLUMNS = (
    "synergy_id, agreement_id, delivery_id, year, metric, gross, attribution, unit, baseline, factor_unit, factor_key,"
    " factor_source, status, corrects_id, posted_by_id"
)


def copy_of(table: str, columns: str, key: str, **changes: str) -> str:
    """SQL that inserts a row like row `key` with other values in some columns."""
    values = ", ".join(changes.get(name.strip(), name.strip()) for name in columns.split(","))
    return f"INSERT INTO {table} ({columns}) SELECT {values} FROM {table} WHERE id = {key}"


def bid_like(key: str, **changes: str) -> str:
    return copy_of(
        "trading_bid", BID_COLUMNS, key, **({"number": "number + 50", "state": "'open'"} | changes)
    )


def delivery_like(key: str, **changes: str) -> str:
    return copy_of("trading_delivery", DELIVERY_COLUMNS, key, **({"reference": "'other'"} | changes))


OPENS_ON = "(SELECT least(starts_on, (agreed_at AT TIME ZONE 'UTC')::date) FROM trading_agreement WHERE id = {agreement})"


def impact_like(key: str, **changes: str) -> str:
    return copy_of("trading_impactentry", IMPACT_COLUMNS, key, **changes)


@dataclass(frozen=True)
class Rule:
    """A write that the database refuses, the rule that it names, and a write like it that it takes."""

    name: str
    forbidden: str
    allowed: str


RULES = [
    # --- what is promised -----------------------------------------------------------------------------------
    Rule(
        "allocated_by_allocations",
        "UPDATE listings_listing SET allocated = 0 WHERE id = {offer}",
        "UPDATE listings_listing SET title = 'ash' WHERE id = {offer}",
    ),
    Rule(
        "listing_allocated_within",
        "UPDATE listings_listing SET amount = 999, quantity = 999 WHERE id = {offer}",
        "UPDATE listings_listing SET amount = 1001, quantity = 1001 WHERE id = {offer}",
    ),
    Rule(
        "listing_closed_when_agreed",
        "UPDATE listings_listing SET state = 'closed' WHERE id = {offer}",
        "UPDATE listings_listing SET state = 'paused' WHERE id = {offer}",
    ),
    Rule(
        "agreed_listing_same",
        "UPDATE listings_listing SET period = 'once' WHERE id = {offer}",
        "UPDATE listings_listing SET period = 'month' WHERE id = {offer}",
    ),
    Rule(
        "allocation_once",
        "INSERT INTO trading_allocation (agreement_id, listing_id, amount) VALUES ({agreement}, {offer}, 1000)",
        "UPDATE listings_listing SET title = 'ash' WHERE id = {offer}",
    ),
    Rule(
        "allocation_as_agreed",
        "INSERT INTO trading_allocation (agreement_id, listing_id, amount) VALUES ({agreement}, {other_offer}, 1000)",
        "UPDATE listings_listing SET title = 'ash' WHERE id = {other_offer}",
    ),
    Rule(
        "released_with_agreement",
        "UPDATE trading_allocation SET released_at = now() WHERE agreement_id = {agreement}",
        "UPDATE trading_agreement SET container = 'silo' WHERE id = {agreement}",
    ),
    Rule(
        "terms_kept",
        "UPDATE trading_allocation SET amount = 1 WHERE agreement_id = {agreement}",
        "UPDATE trading_agreement SET receiver_permit = 'DK-7' WHERE id = {agreement}",
    ),
    Rule(
        "kept_for_good",
        "DELETE FROM trading_allocation WHERE agreement_id = {agreement}",
        "SELECT 1 FROM trading_allocation",
    ),
    # --- synergies ------------------------------------------------------------------------------------------
    Rule(
        "move_in_table",
        "UPDATE trading_synergy SET stage = 'completed' WHERE id = {idea}",
        "UPDATE trading_synergy SET stage = 'lost', lost_reason = 'quality' WHERE id = {idea}",
    ),
    Rule(
        "synergy_talks_need_both",
        "UPDATE trading_synergy SET stage = 'discussion' WHERE id = {idea}",
        "UPDATE trading_synergy SET stage = 'discussion', supplier_interested_at = now() WHERE id = {idea}",
    ),
    Rule(
        "implementation_has_agreement",
        "UPDATE trading_synergy SET stage = 'implementation' WHERE id = {negotiation}",
        "UPDATE trading_synergy SET next_step = 'sample' WHERE id = {negotiation}",
    ),
    Rule(
        "implementation_has_agreement",
        "UPDATE trading_synergy SET stage = 'negotiation' WHERE id = {implementation}",
        "UPDATE trading_synergy SET next_step = 'sample' WHERE id = {implementation}",
    ),
    Rule(
        "live_bid_in_talks",
        "UPDATE trading_synergy SET stage = 'lost', lost_reason = 'quality' WHERE id = {negotiation}",
        "UPDATE trading_bid SET state = 'declined', decided_at = now() WHERE id = {open_bid};"
        "UPDATE trading_synergy SET stage = 'lost', lost_reason = 'quality' WHERE id = {negotiation}",
    ),
    Rule(
        "synergy_lost_with_reason",
        "UPDATE trading_synergy SET stage = 'lost' WHERE id = {idea}",
        "UPDATE trading_synergy SET stage = 'lost', lost_reason = 'trust' WHERE id = {idea}",
    ),
    Rule(
        "synergy_other_reason_in_words",
        "UPDATE trading_synergy SET stage = 'lost', lost_reason = 'other' WHERE id = {idea}",
        "UPDATE trading_synergy SET stage = 'lost', lost_reason = 'other', lost_remark = 'x' WHERE id = {idea}",
    ),
    Rule(
        "terms_kept",
        "UPDATE trading_synergy SET receiver_id = {elsewhere} WHERE id = {idea}",
        "UPDATE trading_synergy SET acted_at = now() WHERE id = {idea}",
    ),
    Rule(
        "set_once",
        "UPDATE trading_synergy SET supplier_interested_at = NULL, stage = 'lost', lost_reason = 'trust' WHERE id = {discussion}",
        "UPDATE trading_synergy SET stage = 'lost', lost_reason = 'trust' WHERE id = {discussion}",
    ),
    Rule(
        "offer_of_supplier",
        "INSERT INTO trading_synergy (offer_id, supplier_id, receiver_id, resource_id, is_rate, yield_per_unit, origin, stage,"
        " lost_reason, lost_remark, attribution, attribution_reason, next_step, next_step_by, opened_by_id)"
        " SELECT offer_id, receiver_id, supplier_id, resource_id, is_rate, 1, origin, 'idea', '', '', 1, '', '', '', opened_by_id"
        " FROM trading_synergy WHERE id = {idea}",
        "INSERT INTO trading_synergy (supplier_id, receiver_id, resource_id, is_rate, yield_per_unit, origin, stage,"
        " lost_reason, lost_remark, attribution, attribution_reason, next_step, next_step_by, opened_by_id)"
        " SELECT receiver_id, supplier_id, resource_id, is_rate, 1, origin, 'idea', '', '', 1, '', '', '', opened_by_id"
        " FROM trading_synergy WHERE id = {idea}",
    ),
    Rule(
        "kept_for_good",
        "UPDATE trading_synergymessage SET text = 'never said' WHERE synergy_id = {idea}",
        "INSERT INTO trading_synergymessage (synergy_id, author_id, text) SELECT {idea}, opened_by_id, 'said'"
        " FROM trading_synergy WHERE id = {idea}",
    ),
    # --- bids -----------------------------------------------------------------------------------------------
    Rule(
        "bid_one_live",
        bid_like("{open_bid}"),
        "UPDATE trading_bid SET state = 'declined', decided_at = now() WHERE id = {open_bid};"
        + bid_like("{open_bid}"),
    ),
    Rule(
        "terms_kept",
        "UPDATE trading_bid SET unit_price = 1 WHERE id = {open_bid}",
        "UPDATE trading_bid SET state = 'on_hold' WHERE id = {open_bid}",
    ),
    Rule(
        "move_in_table",
        "UPDATE trading_bid SET state = 'open', decided_at = NULL WHERE id = {accepted_bid}",
        "UPDATE trading_bid SET decline_reason = 'none' WHERE id = {accepted_bid}",
    ),
    Rule(
        "move_in_table",
        bid_like("{accepted_bid}", state="'on_hold'"),
        bid_like("{accepted_bid}"),
    ),
    Rule(
        "accepted_bid_has_agreement",
        "UPDATE trading_bid SET state = 'accepted', decided_at = now() WHERE id = {open_bid}",
        "UPDATE trading_bid SET state = 'declined', decided_at = now() WHERE id = {open_bid}",
    ),
    Rule(
        "countered_bid_has_counter",
        "UPDATE trading_bid SET state = 'countered', decided_at = now() WHERE id = {open_bid}",
        "UPDATE trading_bid SET state = 'countered', decided_at = now() WHERE id = {open_bid};"
        + bid_like("{open_bid}", counters_id="id", organization_id="{asnaes}"),
    ),
    Rule(
        "counter_to_other",
        bid_like("{accepted_bid}", counters_id="{open_bid}"),
        bid_like("{accepted_bid}"),
    ),
    Rule(
        "bid_of_party",
        bid_like("{accepted_bid}", organization_id="{elsewhere}"),
        bid_like("{accepted_bid}", organization_id="{asnaes}"),
    ),
    Rule(
        "bid_in_talks",
        bid_like("{open_bid}", synergy_id="{idea}"),
        bid_like("{open_bid}", synergy_id="{discussion}"),
    ),
    Rule(
        "bid_expires_in_time",
        "UPDATE trading_bid SET state = 'expired', decided_at = now() WHERE id = {open_bid}",
        "UPDATE trading_bid SET state = 'withdrawn', decided_at = now() WHERE id = {open_bid}",
    ),
    Rule(
        "kept_for_good",
        "DELETE FROM trading_bid WHERE id = {open_bid}",
        "UPDATE trading_bid SET state = 'withdrawn', decided_at = now() WHERE id = {open_bid}",
    ),
    # --- tenders --------------------------------------------------------------------------------------------
    Rule(
        "bid_beside_tender",
        bid_like("{open_bid}", synergy_id="{tendered}", organization_id="{elsewhere}"),
        bid_like("{open_bid}", synergy_id="{discussion}"),
    ),
    Rule(
        "tender_one_open",
        "INSERT INTO trading_tender (listing_id, opened_by_id, deadline, state, conditions)"
        " SELECT listing_id, opened_by_id, deadline, 'open', '' FROM trading_tender WHERE id = {tender}",
        "INSERT INTO trading_tender (listing_id, opened_by_id, deadline, state, conditions)"
        " SELECT {free_offer}, opened_by_id, deadline, 'open', '' FROM trading_tender WHERE id = {tender}",
    ),
    Rule(
        "tender_without_bids",
        "INSERT INTO trading_tender (listing_id, opened_by_id, deadline, state, conditions)"
        " SELECT {other_offer}, opened_by_id, deadline, 'open', '' FROM trading_tender WHERE id = {tender}",
        "INSERT INTO trading_tender (listing_id, opened_by_id, deadline, state, conditions)"
        " SELECT {free_offer}, opened_by_id, deadline, 'open', '' FROM trading_tender WHERE id = {tender}",
    ),
    Rule(
        "tender_after_deadline",
        "UPDATE trading_tender SET state = 'awarded', decided_at = now(), decided_by_id = opened_by_id WHERE id = {tender}",
        "UPDATE trading_tender SET state = 'cancelled', decided_at = now(), decided_by_id = opened_by_id WHERE id = {tender};"
        "UPDATE trading_bid SET state = 'declined', decided_at = now() WHERE id = {sealed_bid}",
    ),
    Rule(
        "tender_settles_bids",
        "UPDATE trading_tender SET state = 'cancelled', decided_at = now(), decided_by_id = opened_by_id WHERE id = {tender}",
        "UPDATE trading_tender SET state = 'cancelled', decided_at = now(), decided_by_id = opened_by_id WHERE id = {tender};"
        "UPDATE trading_bid SET state = 'declined', decided_at = now() WHERE id = {sealed_bid}",
    ),
    Rule(
        "sealed_bid_by_award",
        "UPDATE trading_bid SET state = 'accepted', decided_at = now() WHERE id = {sealed_bid}",
        "UPDATE trading_bid SET state = 'withdrawn', decided_at = now() WHERE id = {sealed_bid}",
    ),
    Rule(
        "bid_before_deadline",
        "UPDATE trading_bid SET state = 'withdrawn', decided_at = now() WHERE id = {late_bid}",
        "UPDATE trading_bid SET state = 'withdrawn', decided_at = now() WHERE id = {sealed_bid}",
    ),
    Rule(
        "bid_before_deadline",
        bid_like("{late_bid}", synergy_id="{late_synergy}", organization_id="{elsewhere}"),
        "UPDATE trading_bid SET state = 'withdrawn', decided_at = now() WHERE id = {sealed_bid};"
        + bid_like("{sealed_bid}"),
    ),
    Rule(
        "terms_kept",
        "UPDATE trading_tender SET deadline = deadline + interval '1 day' WHERE id = {late_tender}",
        "UPDATE trading_tender SET state = 'cancelled', decided_at = now(), decided_by_id = opened_by_id"
        " WHERE id = {late_tender};"
        "UPDATE trading_bid SET state = 'declined', decided_at = now() WHERE id = {late_bid}",
    ),
    # --- agreements -----------------------------------------------------------------------------------------
    Rule(
        "terms_kept",
        "UPDATE trading_agreement SET amount = 2000 WHERE id = {agreement}",
        "UPDATE trading_agreement SET treatment_operation = 'R5' WHERE id = {agreement}",
    ),
    Rule(
        "agreement_operation_known",
        "UPDATE trading_agreement SET treatment_operation = 'R14' WHERE id = {agreement}",
        "UPDATE trading_agreement SET treatment_operation = 'R13' WHERE id = {agreement}",
    ),
    Rule(
        "agreement_cancelled_by_both",
        "UPDATE trading_agreement SET state = 'cancelled', ended_at = now(), cancel_asked_by_supplier_at = now()"
        " WHERE id = {agreement}",
        "UPDATE trading_agreement SET cancel_asked_by_supplier_at = now() WHERE id = {agreement}",
    ),
    Rule(
        "released_with_agreement",
        "UPDATE trading_agreement SET state = 'completed', ended_at = now() WHERE id = {agreement};"
        "UPDATE trading_synergy SET stage = 'completed' WHERE id = {implementation}",
        "UPDATE trading_agreement SET state = 'completed', ended_at = now() WHERE id = {agreement};"
        "UPDATE trading_allocation SET released_at = now() WHERE agreement_id = {agreement};"
        "UPDATE trading_synergy SET stage = 'completed' WHERE id = {implementation}",
    ),
    # --- deliveries and the ledger --------------------------------------------------------------------------
    Rule(
        "delivery_counts_once",
        delivery_like("{delivery}", reference="reference"),
        delivery_like("{delivery}"),
    ),
    Rule(
        "delivery_happened",
        delivery_like("{delivery}", happened_on="happened_on + 2"),
        delivery_like("{delivery}", happened_on="happened_on + 2", kind="'planned'"),
    ),
    Rule(
        "delivery_under_agreement",
        delivery_like("{delivery}", happened_on=f"{OPENS_ON} - 2"),
        delivery_like("{delivery}", happened_on=OPENS_ON),
    ),
    Rule(
        "delivery_by_party",
        delivery_like("{delivery}", organization_id="{elsewhere}"),
        delivery_like("{delivery}", organization_id="{cement_works}"),
    ),
    Rule(
        "delivery_not_negative",
        delivery_like("{delivery}", kind="'correction'", corrects_id="id", amount="-amount - 1"),
        delivery_like("{delivery}", kind="'correction'", corrects_id="id", amount="-amount"),
    ),
    Rule(
        "delivery_correction_of_one",
        delivery_like("{delivery}", kind="'correction'"),
        delivery_like("{delivery}", kind="'correction'", corrects_id="id"),
    ),
    Rule(
        "terms_kept",
        "UPDATE trading_delivery SET amount = 1 WHERE id = {delivery}",
        "UPDATE trading_delivery SET confirmed_at = now(), confirmed_by_id = {buyer} WHERE id = {delivery}",
    ),
    Rule(
        "delivery_confirmed_by_other",
        "UPDATE trading_delivery SET confirmed_at = now(), confirmed_by_id = {stranger} WHERE id = {delivery}",
        "UPDATE trading_delivery SET confirmed_at = now(), confirmed_by_id = {buyer} WHERE id = {delivery}",
    ),
    Rule(
        "kept_for_good",
        "UPDATE trading_impactentry SET gross = 1000000 WHERE id = {impact}",
        impact_like("{impact}", corrects_id="id", gross="-gross"),
    ),
    Rule(
        "impact_delivery_once",
        impact_like("{impact}"),
        impact_like("{impact}", corrects_id="id", gross="-gross"),
    ),
    Rule(
        "impact_counter_alike",
        impact_like("{impact}", corrects_id="id", attribution="attribution / 2"),
        impact_like("{impact}", corrects_id="id", gross="-gross"),
    ),
    Rule(
        "impact_rests_on_delivery",
        impact_like("{impact}", delivery_id="NULL"),
        impact_like("{impact}", delivery_id="NULL", status="'estimated'", year="year + 100"),
    ),
    Rule(
        "impact_verified_by_facilitator",
        impact_like("{impact}", corrects_id="id", gross="-gross")
        + ";"
        + impact_like("{impact}", status="'verified'"),
        impact_like("{impact}", corrects_id="id", gross="-gross")
        + ";"
        + impact_like("{impact}", status="'verified'", posted_by_id="{facilitator}"),
    ),
    Rule(
        "impact_counts_once",
        impact_like("{impact}", status="'verified'", posted_by_id="{facilitator}"),
        impact_like("{impact}", corrects_id="id", gross="-gross")
        + ";"
        + impact_like("{impact}", status="'verified'", posted_by_id="{facilitator}"),
    ),
    # --- the rules themselves, the log, and retried requests ------------------------------------------------
    Rule(
        "kept_for_good",
        "DELETE FROM trading_move WHERE subject = 'bid'",
        "SELECT 1 FROM trading_move",
    ),
    Rule(
        "introduction_once",
        "INSERT INTO listings_introduction (organization_id, listing_id) VALUES ({cement_works}, {offer})",
        "INSERT INTO listings_introduction (organization_id, listing_id) VALUES ({elsewhere}, {offer})",
    ),
    Rule(
        "idempotent_key_once",
        "INSERT INTO events_idempotentrequest (key, user_id, method, path, body_sha256)"
        " VALUES ('k', {buyer}, 'POST', '/', 'x'), ('k', {buyer}, 'POST', '/', 'x')",
        "INSERT INTO events_idempotentrequest (key, user_id, method, path, body_sha256)"
        " VALUES ('k', {buyer}, 'POST', '/', 'x'), ('k', {stranger}, 'POST', '/', 'x')",
    ),
]
