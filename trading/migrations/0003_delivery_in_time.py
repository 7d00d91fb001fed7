"""A delivery is one under its agreement: not of a day before both its signature and the start of its window."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION trading_delivery_in_time() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.happened_on < (
        SELECT least(starts_on, (agreed_at AT TIME ZONE 'UTC')::date) FROM trading_agreement WHERE id = NEW.agreement_id
    ) THEN
        PERFORM trading_refuse('delivery_under_agreement', 'nothing is delivered under an agreement before it');
    END IF;
    RETURN NEW;
END $$;
-- A correction has the day of what it corrects.
CREATE TRIGGER trading_delivery_in_time BEFORE INSERT ON trading_delivery
    FOR EACH ROW WHEN (NEW.kind <> 'correction') EXECUTE FUNCTION trading_delivery_in_time();
"""
BACKWARD = """
DROP TRIGGER trading_delivery_in_time ON trading_delivery;
DROP FUNCTION trading_delivery_in_time();
"""


class Migration(migrations.Migration):
    dependencies = [("trading", "0002_rules")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
