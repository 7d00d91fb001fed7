"""How runs are narrowed over REST."""

import django_filters
from django.forms import IntegerField
from drf_spectacular.utils import extend_schema_field

from planning.models import RunState


class _IdFilter(django_filters.Filter):
    field_class = IntegerField


class PlanRunFilter(django_filters.FilterSet):
    """Narrows the runs."""

    scenario = extend_schema_field({"type": "integer", "description": "id of a scenario"})(
        _IdFilter(field_name="scenario")
    )
    state = django_filters.ChoiceFilter(choices=RunState.choices)
