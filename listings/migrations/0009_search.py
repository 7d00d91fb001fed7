"""One row of search per listing, kept by the database in the transaction of the change: see docs/search.md.

The view `listings_search_source` is the one place that says what a row holds. The triggers carry it over for what
changed, `rebuild_search` for all; so a row is what a rebuild would make of it, whoever wrote the listing.
"""

import django.contrib.postgres.indexes
import django.contrib.postgres.operations
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models

COLUMNS = (
    "on_market, side, resource_id, organization_id, programme_only, latitude, longitude, country, left_amount, "
    "unit_price, currency, period, available_from, available_until, hazardous, legal_status, ewc_code, "
    "quality_percent, illustrative, published_at, words"
)

SOURCE = """
CREATE SEQUENCE listings_search_version;

CREATE FUNCTION listings_search_words(text) RETURNS tsvector LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT to_tsvector('simple', unaccent(lower($1)))
$$;

-- The first three properties that matter for a resource, with the weight of each: those of the nearest at or above it
-- that names any. A table, because working them out anew for each listing took nineteen twentieths of a row's time.
CREATE TABLE listings_search_property (
    resource_id bigint, property_id bigint, weight int NOT NULL, PRIMARY KEY (resource_id, property_id)
);

CREATE FUNCTION listings_search_weigh() RETURNS void LANGUAGE sql AS $$
    DELETE FROM listings_search_property;
    INSERT INTO listings_search_property
    SELECT resource_id, property_id, weight FROM (
        SELECT resource_id, property_id, place, count(*) OVER (PARTITION BY resource_id) AS among FROM (
            SELECT r.id AS resource_id, q.property_id, a.depth, max(a.depth) OVER (PARTITION BY r.id) AS nearest,
                row_number() OVER (PARTITION BY r.id, a.id ORDER BY q.rank, q.id) AS place
            FROM catalogue_resource r
            JOIN catalogue_resource a ON a.tree_left <= r.tree_left AND a.tree_right > r.tree_left
            JOIN catalogue_resourcequality q ON q.resource_id = a.id
        ) named WHERE depth = nearest AND place <= 3
    ) deciding
    JOIN (VALUES (1, 1, 15), (2, 1, 9), (2, 2, 6), (3, 1, 7), (3, 2, 5), (3, 3, 3)) w (among, place, weight)
        USING (among, place)
$$;

-- What counts how much is said by listings/data_quality.py; a test holds the two together.
CREATE VIEW listings_search_source AS
SELECT l.id AS listing_id, l.state = 'published' AND l.disclosure <> 'private' AS on_market, l.side, l.resource_id,
    CASE WHEN l.disclosure IN ('anonymous', 'private') THEN 0 ELSE l.organization_id END AS organization_id,
    l.disclosure = 'programme' AS programme_only, l.latitude, l.longitude,
    c.country,
    l.amount - l.allocated AS left_amount, l.unit_price, l.currency, l.period, l.available_from, l.available_until,
    l.hazardous, l.legal_status, l.ewc_code,
    (100 * (
        20 * (r.depth > 1 OR r.tree_right - r.tree_left = 1)::int + 20 * (l.quantity IS NOT NULL)::int
        + 15 * (l.price IS NOT NULL)::int + coalesce(p.known, 0)
        + 10 * (l.side = 'offer' AND r.ewc_codes <> '{}' AND l.ewc_code <> '')::int
        + 5 * (l.available_until IS NOT NULL OR l.months <> '{}')::int + 5 * (l.description ~ '\\S')::int
    ) / (65 + coalesce(p.could, 0) + 10 * (l.side = 'offer' AND r.ewc_codes <> '{}')::int))::smallint AS quality_percent,
    l.provenance = 'illustrative' AS illustrative,
    -- By the day: to the second it would join what one organization lists under its name and without it.
    date_trunc('day', l.published_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' AS published_at,
    listings_search_words(concat_ws(' ', l.title, l.description, l.place,
        CASE WHEN l.disclosure NOT IN ('anonymous', 'private') THEN o.name END)) AS words
FROM listings_listing l
JOIN catalogue_resource r ON r.id = l.resource_id
JOIN accounts_organization o ON o.id = l.organization_id
JOIN accounts_site c ON c.id = l.site_id
LEFT JOIN LATERAL (
    SELECT sum(d.weight)::int AS could, (sum(d.weight) FILTER (WHERE s.id IS NOT NULL))::int AS known
    FROM listings_search_property d
    LEFT JOIN listings_listingquality s ON s.listing_id = l.id AND s.property_id = d.property_id
    WHERE d.resource_id = l.resource_id
) p ON true;
"""


def _upsert(condition: str, *, where: str = "") -> str:
    """Carry rows of the source over, each with its transaction and a new version, under which others keep what they
    make of the listing."""
    columns = [name.strip() for name in COLUMNS.split(",")]
    new = ", ".join(f"excluded.{name}" for name in columns)
    return f"""
    INSERT INTO listings_listingsearch AS t (listing_id, {COLUMNS}, written, version)
    SELECT listing_id, {COLUMNS}, pg_current_xact_id()::text::bigint, nextval('listings_search_version')
    FROM listings_search_source {condition} ORDER BY listing_id
    ON CONFLICT (listing_id) DO UPDATE
    SET ({COLUMNS}, written, version) = ({new}, excluded.written, excluded.version){where};"""


# A rebuild leaves alone what is right.
_CHANGED = " WHERE ({old}) IS DISTINCT FROM ({new})".format(
    old=", ".join(f"t.{name.strip()}" for name in COLUMNS.split(",")),
    new=", ".join(f"excluded.{name.strip()}" for name in COLUMNS.split(",")),
)


FUNCTIONS = f"""
CREATE FUNCTION listings_search_rebuild() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM listings_search_weigh();{_upsert("", where=_CHANGED)}
    -- Whoever holds rows in memory learns what is gone by a row that is off the market.
    UPDATE listings_listingsearch s SET on_market = false, written = pg_current_xact_id()::text::bigint
    WHERE on_market AND NOT EXISTS (SELECT FROM listings_listing WHERE id = s.listing_id);
END $$;

CREATE FUNCTION listings_search_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN{_upsert("WHERE listing_id IN (SELECT id FROM changed)")}
    RETURN NULL;
END $$;

-- What a deal takes off a listing changes two columns; to read its words anew would be most of what it costs the deal.
CREATE FUNCTION listings_search_follow_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    other bigint[] := ARRAY(
        SELECT now.id FROM changed now LEFT JOIN before was USING (id)
        WHERE to_jsonb(now) - '{{allocated,state}}'::text[] IS DISTINCT FROM to_jsonb(was) - '{{allocated,state}}'::text[]
    );
BEGIN
    UPDATE listings_listingsearch t SET on_market = s.on_market, left_amount = s.left_amount,
        written = pg_current_xact_id()::text::bigint, version = nextval('listings_search_version')
    FROM listings_search_source s
    WHERE t.listing_id = s.listing_id AND s.listing_id IN (SELECT id FROM changed WHERE id <> ALL (other));
    IF other <> '{{}}' THEN{_upsert("WHERE listing_id = ANY (other)")}
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION listings_search_follow_part() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN{_upsert("WHERE listing_id IN (SELECT listing_id FROM changed)")}
    RETURN NULL;
END $$;

CREATE FUNCTION listings_search_forget() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE listings_listingsearch SET on_market = false, written = pg_current_xact_id()::text::bigint
    WHERE on_market AND listing_id IN (SELECT id FROM changed);
    RETURN NULL;
END $$;

CREATE FUNCTION listings_search_follow_name() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN{_upsert("WHERE organization_id = NEW.id")}
    RETURN NULL;
END $$;

CREATE FUNCTION listings_search_follow_catalogue() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM listings_search_rebuild();
    RETURN NULL;
END $$;
"""

TRIGGERS = """
CREATE TRIGGER listings_search_inserted AFTER INSERT ON listings_listing REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION listings_search_follow();
CREATE TRIGGER listings_search_updated AFTER UPDATE ON listings_listing REFERENCING OLD TABLE AS before NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION listings_search_follow_change();
CREATE TRIGGER listings_search_deleted AFTER DELETE ON listings_listing REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION listings_search_forget();
CREATE TRIGGER listings_search_inserted AFTER INSERT ON listings_listingquality REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION listings_search_follow_part();
CREATE TRIGGER listings_search_updated AFTER UPDATE ON listings_listingquality REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION listings_search_follow_part();
CREATE TRIGGER listings_search_deleted AFTER DELETE ON listings_listingquality REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION listings_search_follow_part();
CREATE TRIGGER listings_search_renamed AFTER UPDATE OF name ON accounts_organization
    FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION listings_search_follow_name();
CREATE TRIGGER listings_search_loaded AFTER INSERT OR UPDATE ON catalogue_release
    FOR EACH STATEMENT EXECUTE FUNCTION listings_search_follow_catalogue();
SELECT listings_search_rebuild();
"""

DROP = """
DROP TRIGGER listings_search_renamed ON accounts_organization;
DROP TRIGGER listings_search_loaded ON catalogue_release;
DO $$ DECLARE found regprocedure; BEGIN
    FOR found IN SELECT oid::regprocedure FROM pg_proc
    WHERE proname LIKE 'listings\\_search\\_%' AND proname <> 'listings_search_words' LOOP
        EXECUTE format('DROP FUNCTION %s CASCADE', found);
    END LOOP;
END $$;
DROP VIEW listings_search_source;
DROP TABLE listings_search_property;
DROP FUNCTION listings_search_words(text);
DROP SEQUENCE listings_search_version;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("catalogue", "0001_initial"),
        ("listings", "0008_import_and_own_numbers"),
    ]

    operations = [
        django.contrib.postgres.operations.UnaccentExtension(),
        migrations.CreateModel(
            name="ListingSearch",
            fields=[
                ("listing_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("on_market", models.BooleanField()),
                ("side", models.CharField(max_length=7)),
                ("programme_only", models.BooleanField()),
                ("latitude", models.FloatField()),
                ("longitude", models.FloatField()),
                ("country", models.CharField(max_length=2)),
                ("left_amount", models.DecimalField(decimal_places=6, max_digits=24, null=True)),
                ("unit_price", models.DecimalField(decimal_places=8, max_digits=24, null=True)),
                ("currency", models.CharField(max_length=3)),
                ("period", models.CharField(max_length=5)),
                ("available_from", models.DateField()),
                ("available_until", models.DateField(null=True)),
                ("hazardous", models.BooleanField()),
                ("legal_status", models.CharField(max_length=12)),
                ("ewc_code", models.CharField(max_length=6)),
                ("quality_percent", models.SmallIntegerField()),
                ("illustrative", models.BooleanField()),
                ("published_at", models.DateTimeField(null=True)),
                ("words", django.contrib.postgres.search.SearchVectorField()),
                ("written", models.BigIntegerField(db_index=True)),
                ("version", models.BigIntegerField()),
                (
                    "organization",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="accounts.organization",
                    ),
                ),
                (
                    "resource",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="catalogue.resource",
                    ),
                ),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        condition=models.Q(("on_market", True)), fields=["words"], name="listing_search_words"
                    )
                ],
            },
        ),
        migrations.RunSQL(SOURCE + FUNCTIONS + TRIGGERS, DROP),
    ]
