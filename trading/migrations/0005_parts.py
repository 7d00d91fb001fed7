"""An allocation may differ from its agreement by what rounding takes: parts that add up in the unit typed close a lot.

`common.parts`: each part ever taken is off by a step (a millionth of the canonical unit) at most. The function of
0004 goes: the services write the agreement. The day of a signature is that of the place, up to twelve hours behind UTC.
"""

from importlib import import_module

from django.db import migrations

_accept = import_module("trading.migrations.0004_accept")

_CHECK = """
CREATE OR REPLACE FUNCTION trading_check_allocation() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    a trading_agreement;
    agreed numeric;
BEGIN
    SELECT * INTO a FROM trading_agreement WHERE id = NEW.agreement_id;
    IF a.state <> 'active' OR NEW.released_at IS NOT NULL THEN
        PERFORM trading_refuse('allocation_of_active', 'only an active agreement takes anything');
    END IF;
    agreed := CASE NEW.listing_id WHEN a.offer_id THEN a.amount WHEN a.request_id THEN a.request_amount END;
    IF agreed IS NULL OR NEW.amount <> agreed%s THEN
        PERFORM trading_refuse('allocation_as_agreed', 'an allocation is what its agreement says of its listing');
    END IF;
    RETURN NEW;
END $$;
"""
_ROUNDED = """ AND abs(NEW.amount - agreed) > 0.000001
        * (4 + (SELECT count(*) FROM trading_allocation x WHERE x.listing_id = NEW.listing_id))"""


_IN_TIME = """
CREATE OR REPLACE FUNCTION trading_delivery_in_time() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.happened_on < (
        SELECT least(starts_on, (agreed_at AT TIME ZONE 'UTC'%s)::date) FROM trading_agreement WHERE id = NEW.agreement_id
    ) THEN
        PERFORM trading_refuse('delivery_under_agreement', 'nothing is delivered under an agreement before it');
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("trading", "0004_accept")]
    operations = [
        migrations.RunSQL(_CHECK % _ROUNDED, _CHECK % ""),
        migrations.RunSQL(_IN_TIME % " - interval '12 hours'", _IN_TIME % ""),
        migrations.RunSQL(_accept.BACKWARD, _accept.FORWARD),
    ]
