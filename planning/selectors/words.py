"""What faults, endings and omissions are called on pages."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from planning.adapters.inputs import LeftOut
from planning.optimize.checks import Fault
from planning.optimize.network import Metric

Words = Mapping[str, str | Promise]

FAULTS: Final[Words] = {
    Fault.DEMAND_WITHOUT_SUPPLY: _("is needed and nothing brings it: add an offer or a purchase price."),
    Fault.SUPPLY_WITHOUT_OUTLET: _("arises and nothing takes it: add a request or a price of its disposal."),
    Fault.EARNS_FOR_EVER: _("can be bought and sold again at a gain without limit: mend one of its prices."),
    Fault.MAKES_MASS: _("makes more mass than it takes: mend a yield."),
    Fault.NO_CAPACITY: _("has no capacity, and nothing may add any: nothing goes through."),
    Fault.MIXED_UNITS: _("goes from one unit to another one for one: say how much arrives of a unit sent."),
    Fault.MIXED_PRICE_YEARS: _("has a cost of another price year than the scenario: convert it."),
    Fault.NOT_A_NUMBER: _("has a figure that is not known: give a number, or leave it out."),
    Fault.WRONG_BOUNDS: _("has more agreed than can be sent: lower what is agreed or raise what there is."),
    Fault.UNBOUNDED_SIZE: _("may be built at any size: give a largest one."),
}

LEFT_OUT: Final[Words] = {
    LeftOut.CHOSEN: _("left out by this scenario"),
    LeftOut.QUANTITY: _("no quantity stated: add one, or suppose one here"),
    LeftOut.WINDOW: _("nothing of it in the coming twelve months"),
    LeftOut.PARTNER: _("nothing in the programme fits it"),
    LeftOut.SELLER: _(
        "not known what its seller gets or pays without a buyer: state a price, or suppose one here"
    ),
    LeftOut.BUYER: _("not known what its buyer pays without this seller: state a price, or suppose one here"),
    LeftOut.WAY: _("not known what transport, treatment or residues cost"),
}

ERRORS: Final[Words] = {
    "faults": _("The network has faults; they stand below, with what would be right."),
    "infeasible": _("No plan keeps everything that is agreed and fixed."),
    "earns_for_ever": _("Something in this network would earn without end: look for a price that cannot be."),
    "time_out": _("No plan was found in the time given: allow more seconds, or leave something out."),
    "solver": _("The solver gave up on these numbers: look for figures that are far too large or too small."),
    "memory": _("The memory did not suffice: leave sites out, or run it on a larger machine."),
    "killed": _("Its worker was stopped three times, most probably for want of memory: leave sites out."),
    "check": _("The plan did not add up when it was computed once more; the operator finds it in the log."),
    "crash": _("Something went wrong here; the operator finds it in the log. Run it again."),
}

STEPS: Final[Words] = {
    "": _("It begins in a moment."),
    "reading": _("Reading listings, matches and agreements …"),
    "solving": _("Searching for the best plan …"),
}

METRICS: Final[Words] = {
    Metric.COST: _("money spent"),
    Metric.CO2E: _("CO₂e"),
    Metric.LANDFILL: _("landfill"),
    Metric.VIRGIN: _("virgin material"),
}
