"""Resources as a tree, the qualities that matter for them, and the words by which they are found."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from catalogue.models.factors import EmissionFactor
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


class LegalStatus(models.TextChoices):
    """What something is under Directive 2008/98/EC (Articles 3 to 6); empty where it is neither, as heat or storage."""

    WASTE = "waste", _("waste")
    BY_PRODUCT = "by-product", _("by-product (Article 5)")
    END_OF_WASTE = "end-of-waste", _("end of waste (Article 6)")
    PRODUCT = "product", _("product")


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
    usual_status = models.CharField(
        max_length=12,
        choices=LegalStatus,
        blank=True,
        default="",
        db_default="",
        help_text=_("what it usually is in law; each lot is judged by itself"),
    )
    hazardous_possible = models.BooleanField(_("may be hazardous"), default=False)

    density_t_per_m3 = models.DecimalField(max_digits=12, decimal_places=7, null=True)
    energy_mwh_per_t = models.DecimalField(max_digits=12, decimal_places=7, null=True)
    energy_mwh_per_m3 = models.DecimalField(max_digits=12, decimal_places=7, null=True)
    conversion_source = models.CharField(max_length=300, blank=True)

    # Of `ResourcePrice` the rows that hold where a country has none of its own, so that a resource answers for itself.
    disposal_price_eur_per_unit = models.DecimalField(
        max_digits=12,
        decimal_places=4,
        null=True,
        help_text=_("what getting rid of one canonical unit costs today; a product has none"),
    )
    disposal_low_eur_per_unit = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    disposal_high_eur_per_unit = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    purchase_price_eur_per_unit = models.DecimalField(
        max_digits=12,
        decimal_places=4,
        null=True,
        help_text=_("what a buyer pays for the primary equivalent"),
    )
    purchase_low_eur_per_unit = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    purchase_high_eur_per_unit = models.DecimalField(max_digits=12, decimal_places=4, null=True)
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
