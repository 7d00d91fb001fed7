"""What is known: resources as a tree, the qualities that matter for them, waste codes and activities, what can be
made of a resource or stand in for it, and what making and disposing of it emits.

All rows come from the files in `catalogue/data`; `services.load_catalogue` writes them. What a resource
inherits (conversion, prices, transport) is resolved when it is loaded, so that a row answers for itself.
"""

from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.places import country_name
from common.units import CANONICAL_UNIT


class Kind(models.TextChoices):
    """The five trees of the catalogue."""

    MATERIAL = "material", _("material")
    ENERGY = "energy", _("energy")
    WATER = "water", _("water")
    HEAT = "heat", _("heat")
    SERVICE = "service", _("service")


class Dimension(models.TextChoices):
    """What is counted; it decides the canonical unit."""

    MASS = "mass", _("mass")
    ENERGY = "energy", _("energy")
    VOLUME = "volume", _("volume")
    AREA = "area", _("area")
    TIME = "time", _("time")


class TransportMode(models.TextChoices):
    """How a resource travels: by lorry it follows roads, by pipe or wire the straight line."""

    LORRY = "lorry", _("lorry")
    PIPE = "pipe", _("pipe")
    WIRE = "wire", _("wire")
    NONE = "none", _("does not travel")


class Basis(models.TextChoices):
    """How well a number is known."""

    STOICHIOMETRY = "stoichiometry", _("stoichiometry")
    PUBLISHED = "published", _("published")
    ESTIMATE = "estimate", _("estimate")


class EmissionFactor(models.Model):
    """What making, moving or disposing of one unit emits."""

    key = models.SlugField(max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=160)
    kg_co2e_per_unit = models.DecimalField(max_digits=14, decimal_places=6)
    unit = models.CharField(_("unit"), max_length=8, help_text=_("t, MWh, m3, m2, h or t·km"))
    year = models.PositiveSmallIntegerField(_("year"), help_text=_("for which it was published"))
    source = models.CharField(_("source"), max_length=300)
    status = models.CharField(_("status"), max_length=13, choices=Basis)

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return self.name


class ResourceQuerySet(models.QuerySet["Resource"]):
    """Reads of the tree."""

    def descendants_of(self, resource: "Resource") -> "ResourceQuerySet":
        """Return `resource` and everything below it."""
        return self.filter(tree_left__gte=resource.tree_left, tree_left__lt=resource.tree_right)

    def ancestors_of(self, resource: "Resource") -> "ResourceQuerySet":
        """Return `resource` and everything above it, the root first."""
        return self.filter(tree_left__lte=resource.tree_left, tree_right__gt=resource.tree_left).order_by(
            "tree_left"
        )

    def listable(self) -> "ResourceQuerySet":
        """Return what an offer or a request may name: everything but the five roots."""
        return self.filter(depth__gt=0)


class Resource(models.Model):
    """A node of the catalogue. A request for it is met by an offer of any of its descendants."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    dimension = models.CharField(_("dimension"), max_length=6, choices=Dimension)
    # x lies below r exactly when r.tree_left <= x.tree_left < r.tree_right.
    tree_left = models.PositiveIntegerField()
    tree_right = models.PositiveIntegerField()
    depth = models.PositiveSmallIntegerField(help_text=_("0 for a root"))
    breadcrumb = models.CharField(max_length=300, help_text=_("names from below the root down to this one"))
    description = models.TextField(_("description"))
    synonyms = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    ewc_codes = ArrayField(models.CharField(max_length=6), default=list, blank=True)
    hazardous_possible = models.BooleanField(_("may be hazardous"), default=False)

    density_t_per_m3 = models.DecimalField(max_digits=12, decimal_places=7, null=True)
    energy_mwh_per_t = models.DecimalField(max_digits=12, decimal_places=7, null=True)
    energy_mwh_per_m3 = models.DecimalField(max_digits=12, decimal_places=7, null=True)
    conversion_source = models.CharField(max_length=300, blank=True)

    disposal_price_eur_per_unit = models.DecimalField(
        max_digits=12,
        decimal_places=4,
        null=True,
        help_text=_("what getting rid of one canonical unit costs today"),
    )
    purchase_price_eur_per_unit = models.DecimalField(
        max_digits=12,
        decimal_places=4,
        null=True,
        help_text=_("what a buyer pays for the primary equivalent"),
    )
    price_source = models.CharField(max_length=300, blank=True)

    # Resolved from the tree like the prices; SET_NULL so that a factor can leave the files before the resources are
    # brought in line, all in one load.
    primary_factor = models.ForeignKey(
        EmissionFactor,
        models.SET_NULL,
        null=True,
        related_name="+",
        help_text=_("making one canonical unit of the primary equivalent, which a buyer avoids"),
    )
    disposal_factor = models.ForeignKey(
        EmissionFactor,
        models.SET_NULL,
        null=True,
        related_name="+",
        help_text=_("disposing of one canonical unit, which a seller avoids"),
    )

    transport_mode = models.CharField(max_length=5, choices=TransportMode)
    reach_km = models.PositiveIntegerField(help_text=_("how far it is usually worth moving"))

    objects = ResourceQuerySet.as_manager()

    class Meta:
        ordering = ["tree_left"]
        constraints = [
            # Both deferred, because loading a changed tree shifts and renames many rows at once.
            models.UniqueConstraint(
                fields=["name"], name="resource_name_once", deferrable=models.Deferrable.DEFERRED
            ),
            models.UniqueConstraint(
                fields=["tree_left"], name="resource_tree_left_once", deferrable=models.Deferrable.DEFERRED
            ),
            models.CheckConstraint(
                condition=models.Q(tree_right__gt=models.F("tree_left")), name="resource_interval_not_empty"
            ),
            models.CheckConstraint(
                condition=models.Q(parent__isnull=True, depth=0)
                | models.Q(parent__isnull=False, depth__gt=0),
                name="resource_only_roots_have_no_parent",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def canonical_unit(self) -> str:
        """The unit in which quantities and prices of this resource are stored."""
        return CANONICAL_UNIT[self.dimension]

    def covers(self, other: "Resource") -> bool:
        """Say whether `other` is this resource or lies below it."""
        return self.tree_left <= other.tree_left < self.tree_right

    def quality_properties(self) -> list["QualityProperty"]:
        """Return what to state about a lot of this, the most important first.

        The nearest of this resource and its ancestors that names any properties decides.
        """
        rows = ResourceQuality.objects.filter(
            resource__tree_left__lte=self.tree_left, resource__tree_right__gt=self.tree_left
        ).select_related("property", "resource")
        nearest = max((row.resource.depth for row in rows), default=None)
        return [
            row.property for row in sorted(rows, key=lambda row: row.rank) if row.resource.depth == nearest
        ]


class QualityProperty(models.Model):
    """Something measurable that decides whether a lot fits a use."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=80)
    unit = models.CharField(_("unit"), max_length=20)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "quality properties"

    def __str__(self) -> str:
        return f"{self.name} ({self.unit})"


class ResourceQuality(models.Model):
    """A property that matters for a resource and for all below it that name none of their own."""

    resource = models.ForeignKey(Resource, models.CASCADE, related_name="quality_rows")
    property = models.ForeignKey(QualityProperty, models.CASCADE, related_name="resource_rows")
    rank = models.PositiveSmallIntegerField(help_text=_("1 matters most"))

    class Meta:
        ordering = ["resource", "rank"]
        verbose_name_plural = "resource qualities"
        constraints = [models.UniqueConstraint(fields=["resource", "property"], name="resource_quality_once")]

    def __str__(self) -> str:
        return f"{self.resource}: {self.property}"


class TermSource(models.TextChoices):
    """Why a typed word leads to a resource."""

    NAME = "name", _("name")
    SYNONYM = "synonym", _("also called")
    CODE = "code", _("waste code")


class ResourceTerm(models.Model):
    """One thing that people type to find a resource; derived from the resource when it is loaded."""

    resource = models.ForeignKey(Resource, models.CASCADE, related_name="terms")
    source = models.CharField(max_length=7, choices=TermSource)
    text = models.CharField(max_length=120)
    plain = models.CharField(max_length=120, help_text=_("lower case, without accents and punctuation"))

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["resource", "source", "plain"], name="resource_term_once")
        ]
        # GiST, not GIN: beside a GIN index the planner would read so small a table whole, 20 times slower.
        indexes = [GistIndex(fields=["plain"], opclasses=["gist_trgm_ops"], name="resource_term_trigrams")]

    def __str__(self) -> str:
        return self.text


class Process(models.Model):
    """A treatment that turns resources into others. Every number is per canonical unit of its main input."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=120)
    equation = models.CharField(_("equation"), max_length=200, help_text=_("or what happens, in words"))
    cost_eur_per_unit = models.DecimalField(
        max_digits=12,
        decimal_places=4,
        help_text=_("treatment alone, without energy and without what is bought in"),
    )
    electricity_mwh_per_unit = models.DecimalField(max_digits=12, decimal_places=7)
    heat_mwh_per_unit = models.DecimalField(max_digits=12, decimal_places=7)
    co2e_kg_per_unit = models.DecimalField(
        max_digits=12,
        decimal_places=4,
        null=True,
        help_text=_("fossil CO2e that the process itself lets out, without that of its energy"),
    )
    waste_permit = models.BooleanField(
        _("waste permit"), help_text=_("whether the site that treats needs a permit to treat waste")
    )
    basis = models.CharField(max_length=13, choices=Basis)
    source = models.CharField(max_length=300, help_text=_("of the amounts"))
    cost_source = models.CharField(max_length=300, help_text=_("of cost, energy and emissions"))

    class Meta:
        ordering = ["slug"]
        verbose_name_plural = "processes"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    cost_eur_per_unit__gte=0, electricity_mwh_per_unit__gte=0, heat_mwh_per_unit__gte=0
                )
                & (models.Q(co2e_kg_per_unit__isnull=True) | models.Q(co2e_kg_per_unit__gte=0)),
                name="process_costs_not_negative",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Direction(models.TextChoices):
    """Which way a resource flows through a process."""

    INPUT = "input", _("input")
    OUTPUT = "output", _("output")


class FlowRole(models.TextChoices):
    """What a flow is to the process, and so whether a pathway may lead along it."""

    MAIN = "main", _("main input")
    TRADED = "traded", _("traded")
    SUPPLIED = "supplied", _("bought in")
    BALANCE = "balance", _("balance only")


class ProcessFlow(models.Model):
    """A resource that enters or leaves a process.

    An offer of the main or a traded input may enter a pathway here, and a traded output may go on or be asked for.
    What is supplied is bought at its purchase price. What stands for the balance only comes from or goes to air,
    vapour, off-gas or spent liquor: it costs nothing and leads nowhere.
    """

    process = models.ForeignKey(Process, models.CASCADE, related_name="flows")
    resource = models.ForeignKey(Resource, models.CASCADE, related_name="process_flows")
    direction = models.CharField(max_length=6, choices=Direction)
    role = models.CharField(max_length=8, choices=FlowRole)
    amount_per_unit = models.DecimalField(
        max_digits=14,
        decimal_places=7,
        help_text=_("canonical units of this resource per canonical unit of the main input"),
    )

    class Meta:
        ordering = ["process", "direction", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount_per_unit__gt=0), name="process_flow_amount_positive"
            ),
            models.UniqueConstraint(
                fields=["process", "resource", "direction"], name="process_flow_once_each_way"
            ),
            models.UniqueConstraint(
                fields=["process"], condition=models.Q(role="main"), name="process_flow_one_main_input"
            ),
            models.CheckConstraint(
                condition=~models.Q(role="main") | models.Q(direction="input", amount_per_unit=1),
                name="process_flow_main_is_one_unit_in",
            ),
            models.CheckConstraint(
                condition=models.Q(direction="input") | models.Q(role__in=["traded", "balance"]),
                name="process_flow_output_is_not_supplied",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.process}: {self.resource}"


class Substitution(models.Model):
    """A resource that stands in for another as it is, without a process."""

    resource = models.ForeignKey(Resource, models.CASCADE, related_name="substitutions")
    serves_as = models.ForeignKey(Resource, models.CASCADE, related_name="substitutes")
    ratio = models.DecimalField(
        max_digits=14,
        decimal_places=7,
        help_text=_("canonical units of the requested resource that one canonical unit offered replaces"),
    )
    quality_factor = models.DecimalField(
        max_digits=3, decimal_places=2, help_text=_("1 where a user notices no difference")
    )
    basis = models.CharField(max_length=13, choices=Basis, help_text=_("of the ratio"))
    source = models.CharField(max_length=300)

    class Meta:
        ordering = ["resource", "serves_as"]
        constraints = [
            models.UniqueConstraint(fields=["resource", "serves_as"], name="substitution_once"),
            models.CheckConstraint(condition=models.Q(ratio__gt=0), name="substitution_ratio_positive"),
            models.CheckConstraint(
                condition=models.Q(quality_factor__gt=0, quality_factor__lte=1),
                name="substitution_quality_at_most_one",
            ),
            models.CheckConstraint(
                condition=~models.Q(resource=models.F("serves_as")), name="substitution_of_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resource} as {self.serves_as}"


# Nobody documented an exchange earlier; one that is to come is not done.
FIRST_YEAR, LAST_YEAR = 1800, 2100
_YEARS = (FIRST_YEAR, LAST_YEAR)


class Precedent(models.Model):
    """An exchange that is documented as done, shown beside one that could be; no source of `affinity`.

    A published one comes from the files; one that facilitators add belongs to their programme. Several estimates of
    one flow are several rows, each with its year and its source.
    """

    slug = models.SlugField(  # noqa: DJ001 - NULL is in no one's way where unique holds
        max_length=80,
        unique=True,
        null=True,
        help_text=_("of a published one; those added by people have none"),
    )
    place = models.CharField(_("network or place"), max_length=160)
    country = models.CharField(_("country"), max_length=2)
    giver = models.CharField(_("who gives"), max_length=160)
    giver_activity = models.CharField(
        _("what the giver does"), max_length=80, blank=True, help_text=_("NACE code, or a kind of plant")
    )
    receiver = models.CharField(_("who takes"), max_length=160)
    receiver_activity = models.CharField(
        _("what the taker does"), max_length=80, blank=True, help_text=_("NACE code, or a kind of plant")
    )
    # A published row goes with its resource and comes back with the file; what people added stops the load instead.
    resource = models.ForeignKey(
        Resource, models.CASCADE, related_name="precedents", verbose_name=_("what is given")
    )
    serves_as = models.ForeignKey(
        Resource,
        models.SET_NULL,
        null=True,
        related_name="precedents_served",
        verbose_name=_("what it is taken as"),
    )
    since = models.PositiveSmallIntegerField(_("since"), null=True, help_text=_("year"))
    quantity = models.DecimalField(_("quantity"), max_digits=20, decimal_places=6, null=True)
    unit = models.CharField(_("unit"), max_length=8, blank=True)
    per_year = models.BooleanField(_("per year"), default=True, help_text=_("else once, in all"))
    quantity_year = models.PositiveSmallIntegerField(_("year of the quantity"), null=True)
    note = models.CharField(_("remark"), max_length=300, blank=True)
    source = models.CharField(_("source"), max_length=500)
    programme = models.ForeignKey("accounts.Programme", models.CASCADE, null=True, related_name="precedents")
    added_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["country", "place", "giver", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(source="")
                & ~models.Q(place="")
                & ~models.Q(giver="")
                & ~models.Q(receiver=""),
                name="precedent_named_and_sourced",
            ),
            models.CheckConstraint(
                condition=models.Q(country__regex=r"^[A-Z]{2}$"), name="precedent_country_iso"
            ),
            models.CheckConstraint(
                # A comparison with NULL is not false, so "not NULL" must be said.
                condition=models.Q(quantity__isnull=True, unit="", quantity_year__isnull=True)
                | models.Q(quantity__isnull=False, quantity__gt=0, unit__in=sorted(CANONICAL_UNIT.values())),
                name="precedent_quantity_with_unit",
            ),
            models.CheckConstraint(
                condition=(models.Q(since__isnull=True) | models.Q(since__range=_YEARS))
                & (models.Q(quantity_year__isnull=True) | models.Q(quantity_year__range=_YEARS)),
                name="precedent_years_in_range",
            ),
            models.CheckConstraint(
                condition=models.Q(slug__isnull=False, programme__isnull=True, added_by__isnull=True)
                | models.Q(slug__isnull=True, programme__isnull=False, added_by__isnull=False),
                name="precedent_published_or_added",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.giver} → {self.receiver}"

    @property
    def where(self) -> str:
        """Network or place, and the country by its name."""
        return f"{self.place}, {country_name(self.country)}"

    @property
    def serves(self) -> Resource:
        """What it is taken as: itself where nothing else is said."""
        return self.serves_as or self.resource


class EwcCode(models.Model):
    """An entry of the European List of Waste: chapter (2 digits), sub-chapter (4) or waste (6)."""

    code = models.CharField(max_length=6, unique=True)
    level = models.PositiveSmallIntegerField()
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children", to_field="code")
    description_en = models.CharField(max_length=400)
    description_de = models.CharField(max_length=400, blank=True)
    hazardous = models.BooleanField(default=False)
    entry_type = models.CharField(
        max_length=2, blank=True, help_text=_("A absolute or M mirror entry, H hazardous or N not")
    )

    class Meta:
        ordering = ["code"]
        verbose_name = "EWC code"

    def __str__(self) -> str:
        return self.display

    @property
    def display(self) -> str:
        """The code as the law prints it: 10 01 04*."""
        pairs = " ".join(self.code[start : start + 2] for start in range(0, len(self.code), 2))
        return pairs + ("*" if self.hazardous else "")


class NaceActivity(models.Model):
    """An economic activity of NACE Rev. 2: section (a letter), division, group or class."""

    code = models.CharField(max_length=5, unique=True)
    level = models.PositiveSmallIntegerField()
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children", to_field="code")
    title_en = models.CharField(max_length=200)
    title_de = models.CharField(max_length=200)

    class Meta:
        ordering = ["code"]
        verbose_name_plural = "NACE activities"

    def __str__(self) -> str:
        return f"{self.code} {self.title_en}"


class Release(models.Model):
    """Which state of the catalogue this is: one row, whose key changes whenever loading changed anything.

    What is worked out from the catalogue once, and kept, is kept under this key.
    """

    key = models.UUIDField(default=uuid4)
    loaded_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return str(self.key)
