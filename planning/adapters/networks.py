"""Kept inputs as the network that the planner takes: one node per listing, one arc per match or agreement.

The alternative of an offer's node is what its owner does without a buyer, that of a request's what its owner does
without a seller; an arc costs what makes the gain of the pair exactly the one of `matching.economics`:
cost = kept × b − s − gain. So the plan's money is the sum of the matches' own figures, with no arithmetic beside it.
"""

from typing import Any, Final

import numpy as np

from planning.adapters.inputs import Inputs
from planning.optimize.network import (
    Alternatives,
    Arcs,
    Economy,
    Float,
    Int,
    Metric,
    Network,
    Nodes,
    months,
)

AGREED: Final = "agreed"
MATCHED: Final = "match"


def network_of(inputs: Inputs) -> Network:
    """Return the network of kept inputs. Nodes stand in the order of the listings; agreements' arcs follow matches'."""
    listings, pairs, agreed = inputs.listings, inputs.pairs, inputs.agreements
    is_offer = np.array(listings["is_offer"], dtype=bool)
    owners, party = np.unique(_whole(listings["party"]), return_inverse=True)
    resources = np.unique(_whole(listings["resource"]), return_inverse=True)[1]
    amount = _table(listings["left"])
    # By the very numbers of the arcs: what is agreed must fit to the last digit.
    sent, kept = _table(agreed["sent"]), _real(agreed["kept"])
    np.add.at(amount, _whole(agreed["offer"]), sent)
    np.add.at(amount, _whole(agreed["request"]), sent * kept[:, None])
    return Network(
        periods=months(),
        economy=economy_of(inputs),
        parties=tuple(f"party-{pk}" for pk in owners.tolist()),
        nodes=Nodes(
            names=[
                f"{'offer' if offer else 'request'}-{pk}"
                for offer, pk in zip(is_offer.tolist(), listings["id"], strict=True)
            ],
            units=listings["unit"],
            party=party.astype(np.int64),
            resource=resources.astype(np.int64),
            fixed=np.where(is_offer[:, None], amount, -amount),
        ),
        alternatives=_alternatives(listings, is_offer),
        arcs=_arcs(listings, pairs, agreed, party.astype(np.int64)),
    )


def economy_of(inputs: Inputs) -> Economy:
    """Return what money is worth, and by what the plan is judged."""
    said = inputs.economy
    return Economy(
        rate=said["rate"],
        horizon_years=said["horizon_years"],
        currency=said["currency"],
        price_year=said["price_year"],
        weights={Metric(name): weight for name, weight in said["weights"].items()},
    )


def _alternatives(listings: dict[str, list[Any]], is_offer: Any) -> Alternatives:
    """Of every node the one way to do without; nothing else comes into an offer's node or leaves a request's."""
    worth = _real(listings["worth"])
    return Alternatives(
        names=np.where(is_offer, "disposal", "purchase").tolist(),
        node=np.arange(is_offer.size, dtype=np.int64),
        brings=~is_offer,
        cost=np.repeat(np.where(is_offer, -worth, worth)[:, None], 12, axis=1),
        limit=np.full((is_offer.size, 12), np.inf),
        co2e=_real(listings["co2e"]),
        landfill=_real(listings["landfill"]),
        virgin=_real(listings["virgin"]),
    )


def _arcs(
    listings: dict[str, list[Any]], pairs: dict[str, list[Any]], agreed: dict[str, list[Any]], party: Int
) -> Arcs:
    tail = _whole([*pairs["offer"], *agreed["offer"]])
    head = _whole([*pairs["request"], *agreed["request"]])
    kept = _real([*pairs["kept"], *agreed["kept"]])
    gain = _real([*pairs["gain"], *agreed["gain"]])
    saved = _real([*pairs["saved"], *agreed["saved"]])
    worth, co2e = _real(listings["worth"]), _real(listings["co2e"])
    cost = kept * worth[head] - worth[tail] - gain
    sent = _table(agreed["sent"])
    matched = len(pairs["offer"])
    open_ended = np.full((matched, 12), np.inf)
    return Arcs(
        tail=tail,
        head=head,
        kept=kept,
        cost=np.repeat(cost[:, None], 12, axis=1),
        lower=np.concatenate([np.zeros((matched, 12)), sent]),
        upper=np.concatenate([open_ended, sent]),
        co2e=co2e[tail] + kept * co2e[head] - saved,
        landfill=np.zeros(tail.size),
        virgin=np.zeros(tail.size),
        payer=party[head],
        modes=[*[MATCHED] * matched, *[AGREED] * len(agreed["offer"])],
        is_exchange=np.ones(tail.size, dtype=bool),
    )


def _whole(values: list[Any]) -> Int:
    return np.array(values, dtype=np.int64)


def _real(values: list[Any]) -> Float:
    return np.array(values, dtype=np.float64)


def _table(rows: list[Any]) -> Float:
    return np.array(rows, dtype=np.float64).reshape(len(rows), 12)
