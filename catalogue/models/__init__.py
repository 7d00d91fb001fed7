"""What is known: resources as a tree, the qualities that matter for them, waste codes and activities, what can be
made of a resource or stand in for it, and what making and disposing of it emits.

All rows come from the files in `catalogue/data`; `loading.services.load_catalogue` writes them. What a resource
inherits (conversion, prices, transport) is resolved when it is loaded, so that a row answers for itself.
"""

from catalogue.models.code_lists import EwcCode, NaceActivity
from catalogue.models.factors import Basis, EmissionFactor
from catalogue.models.precedents import FIRST_YEAR, LAST_YEAR, Precedent
from catalogue.models.prices import PriceBasis, PriceKind, ResourcePrice
from catalogue.models.processes import Direction, FlowRole, Process, ProcessFlow, Substitution
from catalogue.models.releases import Release
from catalogue.models.resources import (
    Dimension,
    Kind,
    LegalStatus,
    QualityProperty,
    Resource,
    ResourceQuality,
    ResourceQuerySet,
    ResourceTerm,
    TermSource,
    TransportMode,
)

__all__ = [
    "FIRST_YEAR",
    "LAST_YEAR",
    "Basis",
    "Dimension",
    "Direction",
    "EmissionFactor",
    "EwcCode",
    "FlowRole",
    "Kind",
    "LegalStatus",
    "NaceActivity",
    "Precedent",
    "PriceBasis",
    "PriceKind",
    "Process",
    "ProcessFlow",
    "QualityProperty",
    "Release",
    "Resource",
    "ResourcePrice",
    "ResourceQuality",
    "ResourceQuerySet",
    "ResourceTerm",
    "Substitution",
    "TermSource",
    "TransportMode",
]
