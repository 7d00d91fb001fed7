"""What the database itself refuses, whoever asks: see "What the database refuses" in docs/trading.md.

Refusals are check violations (SQLSTATE 23514) that name the rule as their constraint.
"""

from django.db import migrations

# As in trading/states.py; a test compares the two. An empty origin is a start.
MOVES = [
    ("synergy", "", "idea"),
    ("synergy", "idea", "discussion"),
    ("synergy", "discussion", "negotiation"),
    ("synergy", "negotiation", "implementation"),
    ("synergy", "idea", "implementation"),
    ("synergy", "discussion", "implementation"),
    ("synergy", "implementation", "negotiation"),
    ("synergy", "implementation", "completed"),
    ("synergy", "idea", "lost"),
    ("synergy", "discussion", "lost"),
    ("synergy", "negotiation", "lost"),
    ("bid", "", "open"),
    ("bid", "open", "countered"),
    ("bid", "on_hold", "countered"),
    ("bid", "open", "accepted"),
    ("bid", "on_hold", "accepted"),
    ("bid", "open", "declined"),
    ("bid", "on_hold", "declined"),
    ("bid", "open", "withdrawn"),
    ("bid", "on_hold", "withdrawn"),
    ("bid", "open", "expired"),
    ("bid", "on_hold", "expired"),
    ("bid", "open", "on_hold"),
    ("bid", "on_hold", "open"),
    ("tender", "", "open"),
    ("tender", "open", "awarded"),
    ("tender", "open", "cancelled"),
    ("agreement", "", "active"),
    ("agreement", "active", "completed"),
    ("agreement", "active", "cancelled"),
]

FUNCTIONS = """
CREATE FUNCTION trading_refuse(rule text, words text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', words USING ERRCODE = 'check_violation', CONSTRAINT = rule;
END $$;

-- What is never removed, and what is never changed either.
CREATE FUNCTION trading_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM trading_refuse('kept_for_good', format('%s of %s is refused', TG_OP, TG_TABLE_NAME));
    RETURN NULL;
END $$;

-- Arguments: the columns that may change.
CREATE FUNCTION trading_keep_terms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(NEW) - TG_ARGV) IS DISTINCT FROM (to_jsonb(OLD) - TG_ARGV) THEN
        PERFORM trading_refuse('terms_kept', format('the terms of a row of %s do not change', TG_TABLE_NAME));
    END IF;
    RETURN NEW;
END $$;

-- Arguments: the columns that are set once.
CREATE FUNCTION trading_set_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before jsonb := to_jsonb(OLD);
    after jsonb := to_jsonb(NEW);
    name text;
BEGIN
    FOREACH name IN ARRAY TG_ARGV LOOP
        IF before ->> name IS NOT NULL AND after -> name IS DISTINCT FROM before -> name THEN
            PERFORM trading_refuse('set_once', format('%s.%s is set once', TG_TABLE_NAME, name));
        END IF;
    END LOOP;
    RETURN NEW;
END $$;

-- Arguments: the subject in trading_move, the column that holds the state.
CREATE FUNCTION trading_check_move() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    origin_ text := CASE WHEN TG_OP = 'INSERT' THEN '' ELSE to_jsonb(OLD) ->> TG_ARGV[1] END;
    target_ text := to_jsonb(NEW) ->> TG_ARGV[1];
BEGIN
    IF NOT EXISTS (
        SELECT FROM trading_move WHERE subject = TG_ARGV[0] AND origin = origin_ AND target = target_
    ) THEN
        PERFORM trading_refuse('move_in_table', format('a %s does not go from "%s" to "%s"', TG_ARGV[0], origin_, target_));
    END IF;
    RETURN NEW;
END $$;

-- --- listings -------------------------------------------------------------------------------------------------
CREATE FUNCTION trading_guard_listing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Below the trigger of trading_allocation the depth is two.
    IF pg_trigger_depth() < 2 AND NEW.allocated IS DISTINCT FROM (CASE WHEN TG_OP = 'UPDATE' THEN OLD.allocated ELSE 0 END) THEN
        PERFORM trading_refuse('allocated_by_allocations', 'only allocations change what is allocated of a listing');
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.allocated > 0 AND (
        NEW.resource_id, NEW.side, NEW.organization_id, NEW.period = 'once'
    ) IS DISTINCT FROM (OLD.resource_id, OLD.side, OLD.organization_id, OLD.period = 'once') THEN
        PERFORM trading_refuse('agreed_listing_same', 'agreements rest on what this listing is');
    END IF;
    RETURN NEW;
END $$;

-- --- synergies ------------------------------------------------------------------------------------------------
CREATE FUNCTION trading_check_synergy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.offer_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM listings_listing WHERE id = NEW.offer_id AND side = 'offer' AND organization_id = NEW.supplier_id
    ) THEN
        PERFORM trading_refuse('offer_of_supplier', 'the offer is not one of the supplier');
    END IF;
    IF NEW.request_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM listings_listing WHERE id = NEW.request_id AND side = 'request' AND organization_id = NEW.receiver_id
    ) THEN
        PERFORM trading_refuse('request_of_receiver', 'the request is not one of the receiver');
    END IF;
    IF EXISTS (
        SELECT FROM accounts_site WHERE id = NEW.supplier_site_id AND organization_id <> NEW.supplier_id
        UNION ALL
        SELECT FROM accounts_site WHERE id = NEW.receiver_site_id AND organization_id <> NEW.receiver_id
    ) THEN
        PERFORM trading_refuse('site_of_party', 'a site is not one of its party');
    END IF;
    RETURN NEW;
END $$;

-- At the end of the transaction: implementation is having an active agreement; what is over has nothing open.
CREATE FUNCTION trading_settle_synergy() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    key bigint := CASE TG_TABLE_NAME WHEN 'trading_synergy' THEN (to_jsonb(NEW) ->> 'id')::bigint ELSE (to_jsonb(NEW) ->> 'synergy_id')::bigint END;
    now_at text;
    active boolean;
BEGIN
    SELECT stage INTO now_at FROM trading_synergy WHERE id = key;
    SELECT EXISTS (SELECT FROM trading_agreement WHERE synergy_id = key AND state = 'active') INTO active;
    IF active <> (now_at = 'implementation') THEN
        PERFORM trading_refuse('implementation_has_agreement', 'a synergy is in implementation exactly while it has an active agreement');
    END IF;
    IF now_at = 'completed' AND NOT EXISTS (SELECT FROM trading_agreement WHERE synergy_id = key AND state = 'completed') THEN
        PERFORM trading_refuse('completed_has_agreement', 'a completed synergy has a completed agreement');
    END IF;
    IF now_at NOT IN ('discussion', 'negotiation', 'implementation') AND EXISTS (
        SELECT FROM trading_bid WHERE synergy_id = key AND tender_id IS NULL AND state IN ('open', 'on_hold')
    ) THEN
        PERFORM trading_refuse('live_bid_in_talks', 'no bid waits in a synergy in which nobody talks');
    END IF;
    RETURN NULL;
END $$;

-- --- tenders and bids -----------------------------------------------------------------------------------------
CREATE FUNCTION trading_check_tender() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.deadline <= clock_timestamp() THEN
            PERFORM trading_refuse('tender_deadline_to_come', 'the deadline of a new tender is still to come');
        END IF;
        IF EXISTS (
            SELECT FROM trading_bid b JOIN trading_synergy s ON s.id = b.synergy_id
            WHERE NEW.listing_id IN (s.offer_id, s.request_id) AND b.tender_id IS NULL AND b.state IN ('open', 'on_hold')
        ) THEN
            PERFORM trading_refuse('tender_without_bids', 'bids on this listing wait for an answer');
        END IF;
    ELSIF NEW.state = 'awarded' AND OLD.state = 'open' AND clock_timestamp() < NEW.deadline THEN
        PERFORM trading_refuse('tender_after_deadline', 'a tender is not awarded before its deadline');
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION trading_settle_tender() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM trading_bid WHERE tender_id = NEW.id AND state = 'open') THEN
        PERFORM trading_refuse('tender_settles_bids', 'a decided tender leaves no bid open');
    END IF;
    IF NEW.state = 'awarded' AND NOT EXISTS (SELECT FROM trading_bid WHERE tender_id = NEW.id AND state = 'accepted') THEN
        PERFORM trading_refuse('tender_awards_somebody', 'an awarded tender has an accepted bid');
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION trading_place_bid() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    s trading_synergy;
    t trading_tender;
    c trading_bid;
BEGIN
    SELECT * INTO s FROM trading_synergy WHERE id = NEW.synergy_id;
    IF NEW.organization_id NOT IN (s.supplier_id, s.receiver_id) THEN
        PERFORM trading_refuse('bid_of_party', 'only the parties of a synergy bid in it');
    END IF;
    IF NEW.is_rate <> s.is_rate THEN
        PERFORM trading_refuse('bid_counts_alike', 'a bid counts per year exactly where its synergy does');
    END IF;
    IF NEW.counters_id IS NOT NULL THEN
        SELECT * INTO c FROM trading_bid WHERE id = NEW.counters_id;
        IF c.synergy_id <> NEW.synergy_id OR c.organization_id = NEW.organization_id OR c.state <> 'countered' THEN
            PERFORM trading_refuse('counter_to_other', 'a bid counters one of the other party in the same synergy');
        END IF;
    END IF;
    IF NEW.tender_id IS NULL THEN
        IF s.stage NOT IN ('discussion', 'negotiation', 'implementation') THEN
            PERFORM trading_refuse('bid_in_talks', format('no bids in a synergy at "%s"', s.stage));
        END IF;
        IF EXISTS (SELECT FROM trading_tender WHERE listing_id IN (s.offer_id, s.request_id) AND state = 'open') THEN
            PERFORM trading_refuse('bid_beside_tender', 'a tender is open for this listing');
        END IF;
        RETURN NEW;
    END IF;
    SELECT * INTO t FROM trading_tender WHERE id = NEW.tender_id FOR SHARE;
    IF t.listing_id IS DISTINCT FROM s.offer_id AND t.listing_id IS DISTINCT FROM s.request_id THEN
        PERFORM trading_refuse('bid_in_its_tender', 'the tender is for another listing');
    END IF;
    IF NEW.organization_id = (SELECT organization_id FROM listings_listing WHERE id = t.listing_id) THEN
        PERFORM trading_refuse('bid_on_own_listing', 'nobody bids on an own listing');
    END IF;
    IF t.state <> 'open' OR clock_timestamp() >= t.deadline THEN
        PERFORM trading_refuse('bid_before_deadline', 'the deadline is over');
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION trading_move_bid() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    t trading_tender;
BEGIN
    IF NEW.state = 'accepted' AND NEW.expires_at <= clock_timestamp() THEN
        PERFORM trading_refuse('bid_in_time', 'the time of this bid is over');
    END IF;
    IF NEW.state = 'expired' AND (NEW.expires_at IS NULL OR NEW.expires_at > clock_timestamp()) THEN
        PERFORM trading_refuse('bid_expires_in_time', 'the time of this bid is not over');
    END IF;
    IF NEW.tender_id IS NULL THEN
        RETURN NEW;
    END IF;
    SELECT * INTO t FROM trading_tender WHERE id = NEW.tender_id FOR SHARE;
    IF NEW.state = 'withdrawn' AND (t.state <> 'open' OR clock_timestamp() >= t.deadline) THEN
        PERFORM trading_refuse('bid_before_deadline', 'the deadline is over');
    END IF;
    IF NEW.state = 'accepted' AND t.state <> 'awarded' OR NEW.state = 'declined' AND t.state = 'open' THEN
        PERFORM trading_refuse('sealed_bid_by_award', 'a sealed bid is decided with its tender');
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION trading_settle_bid() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    now_at text;
BEGIN
    SELECT state INTO now_at FROM trading_bid WHERE id = NEW.id;
    IF now_at = 'accepted' AND NOT EXISTS (SELECT FROM trading_agreement WHERE bid_id = NEW.id) THEN
        PERFORM trading_refuse('accepted_bid_has_agreement', 'an accepted bid is an agreement');
    END IF;
    IF now_at = 'countered' AND NOT EXISTS (SELECT FROM trading_bid WHERE counters_id = NEW.id) THEN
        PERFORM trading_refuse('countered_bid_has_counter', 'a countered bid is answered by a bid');
    END IF;
    RETURN NULL;
END $$;

-- --- agreements and allocations -------------------------------------------------------------------------------
CREATE FUNCTION trading_sign() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    b trading_bid;
    s trading_synergy;
BEGIN
    SELECT * INTO b FROM trading_bid WHERE id = NEW.bid_id;
    SELECT * INTO s FROM trading_synergy WHERE id = NEW.synergy_id;
    IF b.state <> 'accepted' OR b.synergy_id <> s.id THEN
        PERFORM trading_refuse('agreement_of_accepted_bid', 'an agreement is an accepted bid of its synergy');
    END IF;
    IF (NEW.offer_id, NEW.request_id, NEW.supplier_id, NEW.receiver_id, NEW.resource_id, NEW.is_rate, NEW.yield_per_unit)
        IS DISTINCT FROM (s.offer_id, s.request_id, s.supplier_id, s.receiver_id, s.resource_id, s.is_rate, s.yield_per_unit)
        OR (NEW.unit_price, NEW.currency, NEW.starts_on, NEW.ends_on, NEW.carrier, NEW.transport_paid_by, NEW.conditions)
        IS DISTINCT FROM (b.unit_price, b.currency, b.starts_on, b.ends_on, b.carrier, b.transport_paid_by, b.conditions)
        OR NEW.amount > b.amount OR (b.tender_id IS NULL AND NEW.amount <> b.amount)
        OR NEW.request_amount <> round(NEW.amount * NEW.yield_per_unit, 6)
    THEN
        PERFORM trading_refuse('agreement_as_bid', 'an agreement says what its bid and its synergy say');
    END IF;
    IF EXISTS (SELECT FROM listings_listing WHERE id IN (NEW.offer_id, NEW.request_id) AND state <> 'published') THEN
        PERFORM trading_refuse('agreement_on_market', 'only what is published can be agreed on');
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION trading_check_allocation() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    a trading_agreement;
BEGIN
    SELECT * INTO a FROM trading_agreement WHERE id = NEW.agreement_id;
    IF a.state <> 'active' OR NEW.released_at IS NOT NULL THEN
        PERFORM trading_refuse('allocation_of_active', 'only an active agreement takes anything');
    END IF;
    IF NEW.amount IS DISTINCT FROM (
        CASE NEW.listing_id WHEN a.offer_id THEN a.amount WHEN a.request_id THEN a.request_amount END
    ) THEN
        PERFORM trading_refuse('allocation_as_agreed', 'an allocation is what its agreement says of its listing');
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION trading_allocate() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    taken numeric := CASE WHEN TG_OP = 'INSERT' THEN NEW.amount ELSE -NEW.amount END;
BEGIN
    UPDATE listings_listing SET
        allocated = allocated + taken,
        state = CASE
            WHEN state = 'published' AND allocated + taken = amount THEN 'closed'
            WHEN state = 'closed' AND allocated + taken < amount THEN 'published'
            ELSE state END
    WHERE id = NEW.listing_id;
    RETURN NULL;
END $$;

-- At the end of the transaction: what an agreement takes is taken while it is active, and given back with its end,
-- but for what was delivered of a lot.
CREATE FUNCTION trading_settle_agreement() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    key bigint := CASE TG_TABLE_NAME WHEN 'trading_agreement' THEN (to_jsonb(NEW) ->> 'id')::bigint ELSE (to_jsonb(NEW) ->> 'agreement_id')::bigint END;
    a trading_agreement;
BEGIN
    SELECT * INTO a FROM trading_agreement WHERE id = key;
    IF TG_OP = 'INSERT' AND a.state = 'active' AND EXISTS (
        SELECT FROM listings_listing l WHERE l.id IN (a.offer_id, a.request_id) AND l.amount IS NOT NULL
        AND NOT EXISTS (SELECT FROM trading_allocation x WHERE x.agreement_id = a.id AND x.listing_id = l.id)
    ) THEN
        PERFORM trading_refuse('agreement_allocates', 'an agreement takes its amount off its listings');
    END IF;
    IF a.state = 'cancelled' AND NOT a.is_rate AND (
        SELECT sum(amount) FROM trading_delivery WHERE agreement_id = a.id AND kind <> 'planned'
    ) > 0 THEN
        PERFORM trading_refuse('delivered_lot_stays', 'what was delivered of a lot cannot be free again');
    END IF;
    IF EXISTS (
        SELECT FROM trading_allocation x JOIN listings_listing l ON l.id = x.listing_id
        WHERE x.agreement_id = a.id AND (x.released_at IS NOT NULL) IS DISTINCT FROM (
            CASE a.state WHEN 'active' THEN false WHEN 'cancelled' THEN true ELSE l.period <> 'once' END
        )
    ) THEN
        PERFORM trading_refuse('released_with_agreement', 'allocations are released with their agreement, and only then');
    END IF;
    RETURN NULL;
END $$;

-- --- deliveries and the ledger --------------------------------------------------------------------------------
CREATE FUNCTION trading_deliver() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    a trading_agreement;
    c trading_delivery;
BEGIN
    -- Held, so that two deliveries at once are measured one after the other.
    SELECT * INTO a FROM trading_agreement WHERE id = NEW.agreement_id FOR NO KEY UPDATE;
    IF NEW.organization_id NOT IN (a.supplier_id, a.receiver_id) THEN
        PERFORM trading_refuse('delivery_by_party', 'only the parties report deliveries');
    END IF;
    IF NEW.confirmed_at IS NOT NULL THEN
        PERFORM trading_refuse('delivery_confirmed_later', 'a delivery is confirmed after it was reported');
    END IF;
    IF NEW.kind = 'planned' THEN
        IF a.state <> 'active' THEN
            PERFORM trading_refuse('delivery_of_live_agreement', 'nothing more is planned of this agreement');
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.kind = 'actual' AND a.state NOT IN ('active', 'completed') THEN
        PERFORM trading_refuse('delivery_of_live_agreement', 'nothing is delivered under a cancelled agreement');
    END IF;
    IF NEW.happened_on > (clock_timestamp() AT TIME ZONE 'UTC')::date THEN
        PERFORM trading_refuse('delivery_happened', 'this day is still to come');
    END IF;
    IF NEW.kind = 'correction' THEN
        SELECT * INTO c FROM trading_delivery WHERE id = NEW.corrects_id;
        IF c.kind <> 'actual' OR c.agreement_id <> NEW.agreement_id OR c.happened_on <> NEW.happened_on THEN
            PERFORM trading_refuse('correction_of_delivery', 'a correction is one of a delivery of the same agreement and day');
        END IF;
        IF NEW.amount + (SELECT sum(amount) FROM trading_delivery WHERE id = c.id OR corrects_id = c.id) < 0 THEN
            PERFORM trading_refuse('delivery_not_negative', 'a delivery is never less than nothing');
        END IF;
    END IF;
    IF NOT a.is_rate AND NEW.amount + coalesce((
        SELECT sum(amount) FROM trading_delivery WHERE agreement_id = a.id AND kind <> 'planned'
    ), 0) > a.amount THEN
        PERFORM trading_refuse('delivery_within_lot', 'more than is agreed is not delivered of a lot');
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION trading_confirm_delivery() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM trading_agreement a
        JOIN accounts_membership m ON m.organization_id IN (a.supplier_id, a.receiver_id)
        WHERE a.id = NEW.agreement_id AND m.organization_id <> NEW.organization_id
        AND m.user_id = NEW.confirmed_by_id AND m.role IN ('owner', 'trader')
    ) THEN
        PERFORM trading_refuse('delivery_confirmed_by_other', 'the other party confirms a delivery');
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION trading_post_impact() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    d trading_delivery;
    e trading_impactentry;
BEGIN
    IF NEW.agreement_id IS NOT NULL AND NEW.synergy_id IS DISTINCT FROM (
        SELECT synergy_id FROM trading_agreement WHERE id = NEW.agreement_id
    ) THEN
        PERFORM trading_refuse('impact_of_its_synergy', 'the agreement is one of another synergy');
    END IF;
    IF NEW.delivery_id IS NOT NULL THEN
        SELECT * INTO d FROM trading_delivery WHERE id = NEW.delivery_id;
        IF d.kind = 'planned' OR d.agreement_id IS DISTINCT FROM NEW.agreement_id
            OR NEW.year <> extract(year FROM d.happened_on) THEN
            PERFORM trading_refuse('impact_as_delivered', 'a line counts what was delivered, in its year');
        END IF;
    END IF;
    IF NEW.corrects_id IS NOT NULL THEN
        SELECT * INTO e FROM trading_impactentry WHERE id = NEW.corrects_id;
        IF (e.synergy_id, e.agreement_id, e.delivery_id, e.year, e.metric, e.unit, e.status, e.attribution)
            IS DISTINCT FROM (NEW.synergy_id, NEW.agreement_id, NEW.delivery_id, NEW.year, NEW.metric, NEW.unit, NEW.status, NEW.attribution) THEN
            PERFORM trading_refuse('impact_counter_alike', 'a counter-entry counts the same as what it takes back');
        END IF;
    END IF;
    IF NEW.status = 'verified' THEN
        IF NOT EXISTS (
            SELECT FROM trading_synergy s
            JOIN accounts_programmemembership m ON m.organization_id IN (s.supplier_id, s.receiver_id)
            JOIN accounts_programme_facilitators f ON f.programme_id = m.programme_id
            WHERE s.id = NEW.synergy_id AND f.user_id = NEW.posted_by_id
        ) THEN
            PERFORM trading_refuse('impact_verified_by_facilitator', 'a facilitator of one of the parties verifies');
        END IF;
        IF NEW.delivery_id IS NOT NULL AND NEW.corrects_id IS NULL AND NOT EXISTS (
            SELECT FROM trading_impactentry was JOIN trading_impactentry back ON back.corrects_id = was.id
            WHERE was.delivery_id = NEW.delivery_id AND was.metric = NEW.metric AND was.status = 'confirmed'
            AND was.gross = NEW.gross AND back.gross = -was.gross
        ) THEN
            PERFORM trading_refuse('impact_counts_once', 'what is verified no longer counts as confirmed');
        END IF;
    END IF;
    RETURN NEW;
END $$;
"""

NEVER_REMOVED = ("synergy", "tender", "bid", "agreement", "allocation", "delivery")
NEVER_CHANGED = ("synergymessage", "synergyfile", "deliveryfile", "impactentry", "move")
MAY_CHANGE = {
    "synergy": "match_id origin stage stage_changed_at lost_reason lost_remark supplier_interested_at"
    " receiver_interested_at attribution attribution_reason next_step next_step_on next_step_by reminded_at acted_at",
    "tender": "state decided_by_id decided_at",
    "bid": "state decided_at decided_by_id decline_reason",
    "agreement": "ewc_code treatment_operation supplier_permit receiver_permit container state"
    " cancel_asked_by_supplier_at cancel_asked_by_receiver_at ended_at",
    "allocation": "released_at",
    "delivery": "confirmed_by_id confirmed_at",
}
SET_ONCE = {
    "synergy": "supplier_interested_at receiver_interested_at",
    "tender": "decided_by_id decided_at",
    "bid": "decided_by_id decided_at",
    "agreement": "cancel_asked_by_supplier_at cancel_asked_by_receiver_at ended_at",
    "allocation": "released_at",
    "delivery": "confirmed_by_id confirmed_at",
}
STATE_COLUMN = {"synergy": "stage", "tender": "state", "bid": "state", "agreement": "state"}


def _arguments(names: str) -> str:
    return ", ".join(f"'{name}'" for name in names.split())


def _trigger(table: str, name: str, when: str, call: str, *, condition: str = "", row: bool = True) -> str:
    each = "ROW" if row else "STATEMENT"
    only = f" WHEN ({condition})" if condition else ""
    return f"CREATE TRIGGER {table}_{name} {when} ON {table} FOR EACH {each}{only} EXECUTE FUNCTION {call};"


def _at_the_end(table: str, name: str, when: str, call: str, condition: str = "") -> str:
    only = f" WHEN ({condition})" if condition else ""
    return (
        f"CREATE CONSTRAINT TRIGGER {table}_{name} AFTER {when} ON {table} DEFERRABLE INITIALLY DEFERRED"
        f" FOR EACH ROW{only} EXECUTE FUNCTION {call}();"
    )


def _triggers() -> str:
    lines = []
    for name in NEVER_REMOVED:
        lines.append(_trigger(f"trading_{name}", "kept", "BEFORE DELETE", "trading_refuse_change()"))
    for name in NEVER_CHANGED:
        lines.append(
            _trigger(f"trading_{name}", "append_only", "BEFORE UPDATE OR DELETE", "trading_refuse_change()")
        )
    for name in (*NEVER_REMOVED, *NEVER_CHANGED):
        lines.append(
            _trigger(
                f"trading_{name}", "no_truncate", "BEFORE TRUNCATE", "trading_refuse_change()", row=False
            )
        )
    for name, columns in MAY_CHANGE.items():
        call = f"trading_keep_terms({_arguments(columns)})"
        lines.append(_trigger(f"trading_{name}", "terms_kept", "BEFORE UPDATE", call))
    for name, columns in SET_ONCE.items():
        call = f"trading_set_once({_arguments(columns)})"
        lines.append(_trigger(f"trading_{name}", "set_once", "BEFORE UPDATE", call))
    for name, column in STATE_COLUMN.items():
        call = f"trading_check_move('{name}', '{column}')"
        moved = f"OLD.{column} IS DISTINCT FROM NEW.{column}"
        lines.append(_trigger(f"trading_{name}", "starts", "BEFORE INSERT", call))
        lines.append(_trigger(f"trading_{name}", "moves", "BEFORE UPDATE", call, condition=moved))
    moved = "OLD.state IS DISTINCT FROM NEW.state"
    lines += [
        _trigger("listings_listing", "guarded", "BEFORE INSERT OR UPDATE", "trading_guard_listing()"),
        _trigger("trading_synergy", "parties", "BEFORE INSERT", "trading_check_synergy()"),
        _trigger("trading_tender", "checked", "BEFORE INSERT OR UPDATE", "trading_check_tender()"),
        _trigger("trading_bid", "placed", "BEFORE INSERT", "trading_place_bid()"),
        _trigger("trading_bid", "decided", "BEFORE UPDATE", "trading_move_bid()", condition=moved),
        _trigger("trading_agreement", "signed", "BEFORE INSERT", "trading_sign()"),
        _trigger("trading_allocation", "checked", "BEFORE INSERT", "trading_check_allocation()"),
        _trigger("trading_allocation", "takes", "AFTER INSERT", "trading_allocate()"),
        _trigger(
            "trading_allocation",
            "gives_back",
            "AFTER UPDATE",
            "trading_allocate()",
            condition="OLD.released_at IS NULL AND NEW.released_at IS NOT NULL",
        ),
        _trigger("trading_delivery", "reported", "BEFORE INSERT", "trading_deliver()"),
        _trigger(
            "trading_delivery",
            "confirmed",
            "BEFORE UPDATE",
            "trading_confirm_delivery()",
            condition="OLD.confirmed_by_id IS NULL AND NEW.confirmed_by_id IS NOT NULL",
        ),
        _trigger("trading_impactentry", "posted", "BEFORE INSERT", "trading_post_impact()"),
        _at_the_end("trading_synergy", "settled", "UPDATE OF stage", "trading_settle_synergy"),
        _at_the_end(
            "trading_agreement", "synergy_settled", "INSERT OR UPDATE OF state", "trading_settle_synergy"
        ),
        _at_the_end(
            "trading_bid", "synergy_settled", "INSERT", "trading_settle_synergy", "NEW.tender_id IS NULL"
        ),
        _at_the_end(
            "trading_tender", "settled", "UPDATE OF state", "trading_settle_tender", "NEW.state <> 'open'"
        ),
        _at_the_end(
            "trading_bid",
            "settled",
            "UPDATE OF state",
            "trading_settle_bid",
            "NEW.state IN ('accepted', 'countered')",
        ),
        _at_the_end("trading_agreement", "settled", "INSERT OR UPDATE OF state", "trading_settle_agreement"),
        _at_the_end("trading_allocation", "settled", "INSERT OR UPDATE", "trading_settle_agreement"),
    ]
    return "\n".join(lines)


def _moves() -> str:
    rows = ", ".join(f"('{subject}', '{origin}', '{target}')" for subject, origin, target in MOVES)
    return (
        "CREATE TABLE trading_move (subject text, origin text, target text, PRIMARY KEY (subject, origin, target));"
        f" INSERT INTO trading_move VALUES {rows};"
    )


DROP_FUNCTIONS = """
DROP TRIGGER listings_listing_guarded ON listings_listing;
DO $$ DECLARE found regprocedure; BEGIN
    FOR found IN SELECT oid::regprocedure FROM pg_proc WHERE proname LIKE 'trading\\_%' LOOP
        EXECUTE format('DROP FUNCTION %s CASCADE', found);
    END LOOP;
END $$;
DROP TABLE trading_move;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("trading", "0001_initial"),
        ("listings", "0002_allocated"),
        ("accounts", "0002_programme_invitation"),
    ]
    # The table first: the name of the trigger's function is looked up when it is created, the table's when it runs.
    operations = [
        migrations.RunSQL(_moves() + FUNCTIONS, DROP_FUNCTIONS),
        migrations.RunSQL(_triggers(), migrations.RunSQL.noop),
    ]
