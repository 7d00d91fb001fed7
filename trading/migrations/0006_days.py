"""What happened, happened by the day of some place: up to fourteen hours ahead of UTC. The services judge by the site."""

from django.db import migrations

_HAPPENED = """
CREATE OR REPLACE FUNCTION trading_deliver() RETURNS trigger LANGUAGE plpgsql AS $$
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
    IF NEW.happened_on > (clock_timestamp() AT TIME ZONE 'UTC'%s)::date THEN
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
"""


class Migration(migrations.Migration):
    dependencies = [("trading", "0005_parts")]
    operations = [migrations.RunSQL(_HAPPENED % " + interval '14 hours'", _HAPPENED % "")]
