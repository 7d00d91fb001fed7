"""What resources can be made into, and what stands in for what."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalogue.models.factors import Basis
from catalogue.models.resources import Resource


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
    biogenic_co2_kg_per_unit = models.DecimalField(
        max_digits=12,
        decimal_places=4,
        null=True,
        help_text=_("CO2 of carbon from organisms that it lets out, counted nowhere; empty: none is known"),
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
    biogenic_carbon = models.BooleanField(
        db_default=False,
        help_text=_(
            "whether its carbon is from organisms, so that what the next step lets out of it is not fossil"
        ),
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
