"""A listing as it is told over REST."""

from datetime import datetime
from typing import Any, Final

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Provenance
from catalogue.api.uses import UsesSerializer
from catalogue.models import Kind, LegalStatus
from common.api import UNIT_CHOICES, DecimalText
from common.units import CANONICAL_UNIT
from listings.data_quality import WORDS
from listings.disclosure.crowd import MOST_COUNTED
from listings.disclosure.rules import told_at
from listings.models import Disclosure, GasOrigin, Listing, Period, SafetyProperty, Side, State

_OF_A_DAY: Final = "of an anonymous party the day alone"


class QualitySerializer(serializers.Serializer[Any]):
    """An interval of one quality property, open where null."""

    property = serializers.CharField(source="property.slug")
    name = serializers.CharField(source="property.name")
    unit = serializers.CharField(source="property.unit")
    low = DecimalText(max_digits=16, decimal_places=4, allow_null=True)
    high = DecimalText(max_digits=16, decimal_places=4, allow_null=True)


class CanonicalSerializer(serializers.Serializer[Listing]):
    """The same in canonical units, in which everything is compared."""

    amount = DecimalText(max_digits=24, decimal_places=6, allow_null=True, help_text="null: not stated")
    minimum_amount = DecimalText(max_digits=24, decimal_places=6, allow_null=True)
    allocated_amount = DecimalText(
        source="allocated", max_digits=24, decimal_places=6, help_text="what is agreed of `amount`"
    )
    left_amount = DecimalText(
        source="left",
        max_digits=24,
        decimal_places=6,
        allow_null=True,
        help_text="what nobody has agreed on yet; null where no amount is stated",
    )
    unit = serializers.SerializerMethodField()
    per = serializers.SerializerMethodField(help_text="what the amounts are per; null for a one-off lot")
    price = DecimalText(source="unit_price", max_digits=24, decimal_places=8, allow_null=True)
    price_unit = serializers.SerializerMethodField(help_text="such as EUR/t")

    @extend_schema_field(serializers.ChoiceField(UNIT_CHOICES))
    def get_unit(self, listing: Listing) -> str:
        """The canonical unit of the resource's dimension."""
        return CANONICAL_UNIT[listing.resource.dimension]

    @extend_schema_field({"type": "string", "enum": ["year"], "nullable": True})
    def get_per(self, listing: Listing) -> str | None:
        """A rate is stored per year."""
        return "year" if listing.is_rate else None

    def get_price_unit(self, listing: Listing) -> str:
        """Currency per canonical unit."""
        return f"{listing.currency}/{self.get_unit(listing)}"


class DataQualityItemSerializer(serializers.Serializer[Any]):
    """One thing to state."""

    key = serializers.CharField(help_text="the field; of a quality property `quality.` and its slug")
    label = serializers.CharField()  # type: ignore[assignment]  # declared fields leave the class
    weight = serializers.IntegerField(help_text="in hundredths, before what cannot be stated is left out")


class NextItemSerializer(DataQualityItemSerializer):
    """What to state next, and why."""

    advice = serializers.CharField()


class DataQualitySerializer(serializers.Serializer[Any]):
    """How well a listing is described."""

    level_percent = serializers.IntegerField(min_value=0, max_value=100)
    word = serializers.ChoiceField(list(WORDS), help_text="for the level")
    known = DataQualityItemSerializer(many=True)
    missing = DataQualityItemSerializer(many=True, help_text="the most useful first")
    next = NextItemSerializer(allow_null=True, help_text="null: everything is stated")


class CellSerializer(serializers.Serializer[Any]):
    """The cell as which a site is told where a listing hides its place."""

    near = serializers.CharField(source="name", help_text="in words, as strangers read it")
    latitude = serializers.FloatField(
        source="middle.latitude", help_text="° (WGS 84), of its middle, or the largest town of the country"
    )
    longitude = serializers.FloatField(source="middle.longitude", help_text="°, as latitude")
    across_km = serializers.IntegerField(
        allow_null=True, help_text="from corner to corner; null: the whole country"
    )
    area_km2 = serializers.IntegerField(allow_null=True, help_text="null: the whole country")
    others = serializers.IntegerField(
        max_value=MOST_COUNTED,
        help_text=f"how many other organizations it could be as well, counted up to {MOST_COUNTED}",
    )
    is_enough = serializers.BooleanField(help_text="false: so few that somebody may guess who it is")


class ListingSerializer(serializers.Serializer[Any]):
    """An offer or a request as its reader may see it: `access.mark_identities` has been there."""

    id = serializers.IntegerField()
    external_id = serializers.SerializerMethodField(
        help_text="what your own system calls it; null in another organization's"
    )
    side = serializers.ChoiceField(Side.choices)
    state = serializers.ChoiceField(State.choices)
    name = serializers.CharField(help_text="the title, else the resource's name")
    title = serializers.CharField()
    description = serializers.CharField()
    resource = serializers.SlugField(source="resource.slug")
    resource_name = serializers.CharField(source="resource.name")
    kind = serializers.ChoiceField(Kind.choices, source="resource.kind")

    identity_known = serializers.BooleanField(
        help_text="false: an anonymous party, organization and site are null"
    )
    party_name = serializers.CharField(help_text="the organization's name, or its code name")
    party_place = serializers.CharField()
    organization = serializers.SerializerMethodField()
    site = serializers.SerializerMethodField()
    latitude = serializers.FloatField(
        help_text="° (WGS 84); for an anonymous party, the centre of a cell that others share"
    )
    longitude = serializers.FloatField(help_text="°, as latitude")

    quantity = DecimalText(
        max_digits=20, decimal_places=6, allow_null=True, help_text="in `unit`, as it was typed"
    )
    unit = serializers.ChoiceField(UNIT_CHOICES)
    period = serializers.ChoiceField(Period.choices)
    minimum_lot = DecimalText(max_digits=20, decimal_places=6, allow_null=True, help_text="in `unit`")
    price = DecimalText(
        max_digits=16,
        decimal_places=4,
        allow_null=True,
        help_text="per `unit`, signed: positive, the buyer pays; negative, the seller pays; null, open",
    )
    currency = serializers.CharField(help_text="ISO 4217")
    price_unit = serializers.SerializerMethodField(help_text="such as EUR/t")
    canonical = CanonicalSerializer(source="*")
    available_from = serializers.DateField()
    available_until = serializers.DateField(allow_null=True)
    months = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=12), help_text="empty: all year"
    )
    quality = QualitySerializer(many=True, source="quality.all")
    hazardous = serializers.BooleanField()
    ewc_code = serializers.CharField()
    legal_status = serializers.ChoiceField(
        LegalStatus.choices, allow_blank=True, help_text="empty: nobody said"
    )
    abp_category = serializers.IntegerField(allow_null=True, help_text="1 to 3; Regulation (EC) No 1069/2009")
    reach_number = serializers.CharField(
        source="told_reach_number",
        help_text="of the registration, where known; for an anonymous party, without the registrant's digits",
    )
    origin_of_gas = serializers.ChoiceField(
        GasOrigin.choices,
        allow_blank=True,
        help_text="what becomes of it without a buyer; empty: nobody said",
    )
    safety_present = serializers.ListField(child=serializers.ChoiceField(SafetyProperty.choices))
    safety_absent = serializers.ListField(
        child=serializers.ChoiceField(SafetyProperty.choices), help_text="tested, and not there"
    )
    disclosure = serializers.ChoiceField(Disclosure.choices)
    data_quality = DataQualitySerializer()

    provenance = serializers.ChoiceField(Provenance.choices)
    source = serializers.SerializerMethodField(  # type: ignore[assignment]  # declared fields leave the class
        help_text="of a record that its organization did not enter"
    )
    source_year = serializers.SerializerMethodField()
    created_at = serializers.SerializerMethodField(help_text=_OF_A_DAY)
    published_at = serializers.SerializerMethodField(help_text=_OF_A_DAY)
    changed_at = serializers.SerializerMethodField(help_text=_OF_A_DAY)
    cell = serializers.SerializerMethodField(
        help_text="of your own listing alone, and beside `mine` where it has one: as what its site is, or would be, "
        "told while the place is hidden"
    )

    @extend_schema_field(serializers.DateTimeField())
    def get_created_at(self, listing: Listing) -> datetime | None:
        """When it was written."""
        return told_at(listing.created_at, is_known=listing.identity_known)

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_published_at(self, listing: Listing) -> datetime | None:
        """When it came to the market."""
        return told_at(listing.published_at, is_known=listing.identity_known)

    @extend_schema_field(serializers.DateTimeField())
    def get_changed_at(self, listing: Listing) -> datetime | None:
        """When it was changed last."""
        return told_at(listing.changed_at, is_known=listing.identity_known)

    @extend_schema_field(CellSerializer(allow_null=True))
    def get_cell(self, listing: Listing) -> Any:
        """What `mark_cells` put there."""
        cell = getattr(listing, "cell", None)
        return None if cell is None else CellSerializer(cell).data

    def get_external_id(self, listing: Listing) -> str | None:
        """Return it to members of its organization alone: by it a stranger's listings could be tied together."""
        return listing.external_id if listing.organization_id in self.context.get("own", ()) else None

    def get_organization(self, listing: Listing) -> int | None:
        """Who stands behind it, where that may be known."""
        return listing.organization_id if listing.identity_known else None

    def get_site(self, listing: Listing) -> int | None:
        """Where exactly it is, where that may be known."""
        return listing.site_id if listing.identity_known else None

    def get_source(self, listing: Listing) -> str:
        """A source may name the plant."""
        return listing.source if listing.identity_known else ""

    def get_source_year(self, listing: Listing) -> int | None:
        """As the source."""
        return listing.source_year if listing.identity_known else None

    def get_price_unit(self, listing: Listing) -> str:
        """Currency per typed unit."""
        return f"{listing.currency}/{listing.unit}"


class NeighbourSerializer(serializers.Serializer[Any]):
    """An organization of a kind that could use the offer; it is public, or it chose to be found."""

    name = serializers.CharField(source="organization.name")
    town = serializers.CharField()
    country = serializers.CharField()
    about_km = serializers.IntegerField(help_text="rough: to the middle of a cell of ~10 km")
    activity = serializers.SlugField(source="use.activity.slug")
    activity_name = serializers.CharField(source="use.activity.name")
    open_requests = serializers.IntegerField(help_text="those that name it to everybody")
    provenance = serializers.ChoiceField(Provenance.choices, source="organization.provenance")


class ListingUsesSerializer(UsesSerializer):
    """Who could use an offer."""

    organizations = NeighbourSerializer(many=True, help_text="within the resource's reach, the nearest first")


def _counts(said: str) -> Any:
    return serializers.DictField(child=serializers.IntegerField(), help_text=said)


class FacetCountsSerializer(serializers.Serializer[Any]):
    """By facet, how many listings each of its values would find."""

    side = _counts("by side")
    kind = _counts("by kind")
    resource = _counts("by slug, each with all below it")
    country = _counts("by ISO 3166-1 code; empty: not known")
    region = _counts(
        "by the code of GeoNames, as DK.20; a hidden place has one only where its whole cell lies in it"
    )
    price_sign = _counts("by who pays")
    period = _counts("by what the quantity is counted per")
    legal_status = _counts("by what it is in law")
    hazardous = _counts("yes, no")
    data_quality = _counts("by how well it is described")


class FacetsSerializer(serializers.Serializer[Any]):
    """What there is to choose from."""

    total = serializers.IntegerField()
    over = serializers.BooleanField(
        help_text="there are more than `total`: the words are in too many listings"
    )
    without_price = serializers.IntegerField(help_text="that would fit, but state none, beside a `price_max`")
    facets = FacetCountsSerializer()
