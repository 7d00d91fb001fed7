"""What a match's numbers rest on, over REST."""

from typing import Any

from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from catalogue.models import Basis
from common.api import DecimalText, StrictSerializer
from matching.models import LimitedBy
from matching.selectors.explanations.explanation import ASSUMED, CHANGEABLE, Explanation, limit_code

LIMITS = [(limit_code(limit), label) for limit, label in LimitedBy.choices]
LIMITS_OR_ASSUMED = [*LIMITS, (ASSUMED, gettext_lazy("what you assume"))]


class AssumptionSerializer(serializers.Serializer[Any]):
    """One number that the benefit rests on."""

    key = serializers.ChoiceField([*CHANGEABLE, "distance_km"])
    label = serializers.CharField()  # type: ignore[assignment]  # declared fields leave the class
    value = DecimalText(max_digits=24, decimal_places=6, allow_null=True, help_text="null: not known")
    unit = serializers.CharField(help_text="such as EUR/t; × for a factor")
    source = serializers.CharField()  # type: ignore[assignment]  # declared fields leave the class
    is_changeable = serializers.BooleanField(help_text="whether `what_if` takes another value")


class BenefitLineSerializer(serializers.Serializer[Any]):
    """One line of the joint benefit, signed: what costs is negative; null where nothing is known."""

    key = serializers.ChoiceField(
        ["seller_alternative", "buyer_alternative", "treatment", "residues", "transport"]
    )
    label = serializers.CharField()  # type: ignore[assignment]  # declared fields leave the class
    low_eur_per_unit = DecimalText(
        max_digits=24, decimal_places=4, allow_null=True, help_text="EUR per `unit`, in the low figure"
    )
    high_eur_per_unit = DecimalText(
        max_digits=24, decimal_places=4, allow_null=True, help_text="EUR per `unit`, in the high figure"
    )
    low_eur_per_year = DecimalText(max_digits=24, decimal_places=0, allow_null=True)
    high_eur_per_year = DecimalText(max_digits=24, decimal_places=0, allow_null=True)
    source = serializers.CharField(  # type: ignore[assignment]  # declared fields leave the class
        help_text="whose word it is"
    )


class PriceBandSerializer(serializers.Serializer[Any]):
    """Prices in EUR per `unit` between which both gain, the buyer bearing the costs; low above high: none."""

    low = DecimalText(max_digits=24, decimal_places=2)
    high = DecimalText(max_digits=24, decimal_places=2)


class FactorSerializer(serializers.Serializer[Any]):
    """An emission factor with its source."""

    key = serializers.SlugField()
    name = serializers.CharField()
    kg_co2e_per_unit = DecimalText(max_digits=14, decimal_places=6)
    unit = serializers.CharField(help_text="what the factor counts")
    year = serializers.IntegerField()
    source = serializers.CharField()  # type: ignore[assignment]  # declared fields leave the class
    status = serializers.ChoiceField(Basis.choices)


class Co2eLineSerializer(serializers.Serializer[Any]):
    """One line of the CO2e balance, signed: what is emitted is negative; null where nothing is known, never 0."""

    key = serializers.ChoiceField(
        [
            "disposal_avoided",
            "production_avoided",
            "treatment",
            "treatment_energy",
            "treatment_power",
            "made_on_purpose",
            "treatment_process",
            "transport",
        ]
    )
    label = serializers.CharField()  # type: ignore[assignment]  # declared fields leave the class
    kg_per_unit = DecimalText(
        max_digits=24, decimal_places=4, allow_null=True, help_text="kg CO2e per `unit`"
    )
    t_per_year = DecimalText(max_digits=24, decimal_places=3, allow_null=True, help_text="t CO2e")
    quantity = DecimalText(
        max_digits=24, decimal_places=4, allow_null=True, help_text="of what the factor counts, per `unit`"
    )
    quantity_unit = serializers.CharField()
    factor = FactorSerializer(allow_null=True)
    source = serializers.CharField(  # type: ignore[assignment]  # declared fields leave the class
        help_text="where there is no factor: the source, or why it is not known"
    )


class CoProductSerializer(serializers.Serializer[Any]):
    """What else a process makes; nobody is credited for it."""

    name = serializers.CharField()
    amount_per_unit = DecimalText(max_digits=24, decimal_places=4, help_text="per unit of the step's input")
    unit = serializers.CharField()


class PathwayStepSerializer(serializers.Serializer[Any]):
    """One treatment, or one substitution; numbers are per unit of the step's input."""

    kind = serializers.ChoiceField(["process", "substitution"])
    name = serializers.CharField()
    equation = serializers.CharField()
    input = serializers.CharField()
    input_unit = serializers.CharField()
    output = serializers.CharField()
    output_unit = serializers.CharField()
    output_per_unit_offered = DecimalText(max_digits=24, decimal_places=6)
    yield_per_unit = DecimalText(max_digits=24, decimal_places=6)
    cost_eur_per_unit = DecimalText(max_digits=24, decimal_places=4)
    energy_mwh_per_unit = DecimalText(max_digits=24, decimal_places=4)
    co2e_kg_per_unit = DecimalText(max_digits=24, decimal_places=4, allow_null=True)
    biogenic_kg_per_unit = DecimalText(
        max_digits=24,
        decimal_places=4,
        allow_null=True,
        help_text="kg CO2 of carbon from organisms, counted nowhere; null: none is known",
    )
    quality_factor = DecimalText(max_digits=3, decimal_places=2)
    waste_permit = serializers.BooleanField()
    basis = serializers.ChoiceField(Basis.choices)
    source = serializers.CharField()  # type: ignore[assignment]  # declared fields leave the class
    cost_source = serializers.CharField()
    co_products = CoProductSerializer(many=True)


class ExplanationSerializer(serializers.Serializer[Any]):
    """Everything that a match's benefit rests on; per unit means one `unit` of what is offered."""

    is_on_market = serializers.BooleanField(
        help_text="false: a listing left the market; its figures are told, what they rest on is not"
    )
    unit = serializers.CharField()
    assumptions = AssumptionSerializer(many=True)
    benefit_lines = BenefitLineSerializer(many=True)
    benefit_low_eur_per_unit = DecimalText(max_digits=24, decimal_places=4, allow_null=True)
    benefit_high_eur_per_unit = DecimalText(max_digits=24, decimal_places=4, allow_null=True)
    benefit_low_eur_per_year = DecimalText(max_digits=24, decimal_places=0, allow_null=True)
    benefit_high_eur_per_year = DecimalText(max_digits=24, decimal_places=0, allow_null=True)
    price_band = PriceBandSerializer(allow_null=True, help_text="if both mean what they said")
    widest_band = PriceBandSerializer(allow_null=True, help_text="at most")
    is_suspicious = serializers.BooleanField(
        help_text="the two prices part so far that one should look twice"
    )
    co2e_lines = Co2eLineSerializer(many=True)
    saved_kg_per_unit = DecimalText(
        max_digits=24, decimal_places=4, allow_null=True, help_text="kg CO2e per `unit`"
    )
    saved_t_per_year = DecimalText(max_digits=24, decimal_places=3, allow_null=True, help_text="t CO2e")
    amount_per_year = DecimalText(max_digits=24, decimal_places=3, allow_null=True, help_text="in `unit`")
    limited_by = serializers.ChoiceField(LIMITS_OR_ASSUMED)
    distance_km = DecimalText(max_digits=24, decimal_places=1)
    road_km = DecimalText(
        max_digits=24,
        decimal_places=1,
        allow_null=True,
        help_text="by road, by the operator's router; the figures rest on `distance_km`; null: not asked, or no answer",
    )
    break_even_km = DecimalText(
        max_digits=24, decimal_places=1, allow_null=True, help_text="up to where it pays"
    )
    reach_km = DecimalText(max_digits=24, decimal_places=1, allow_null=True)
    pathway = PathwayStepSerializer(many=True)
    changed = serializers.SerializerMethodField(help_text="keys of the assumptions that were put in")

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(list(CHANGEABLE))))
    def get_changed(self, explanation: Explanation) -> list[str]:
        """In a stable order."""
        return sorted(explanation.changed)


class WhatIfSerializer(StrictSerializer):
    """Other assumptions; what is left out stays as it is. Which values can be is decided by `explain.what_if`."""

    def get_fields(self) -> dict[str, Any]:
        """One per assumption that can be changed."""
        return {key: DecimalText(max_digits=20, decimal_places=6, required=False) for key in CHANGEABLE}
