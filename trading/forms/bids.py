"""Forms of bids: terms to put to the other party, and the reason for declining theirs."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalogue.models import Resource
from common.reading.numbers import typed
from common.web.fields import LineField, NumberField, TextField
from common.web.forms import AppForm
from listings.models import Listing, Period
from listings.services.terms import LARGEST_PRICE
from trading.forms.base import day_input, moment_input, unit_choices
from trading.models import Bid, Carrier, TransportPayer
from trading.services.terms import TYPED_PRICE_PLACES, BidTerms, terms_of_bid

RECEIVER_PAYS, FREE, SUPPLIER_PAYS = "receiver", "free", "supplier"
PRICE_WAYS = [
    (RECEIVER_PAYS, gettext_lazy("the receiver pays")),
    (FREE, gettext_lazy("free of charge")),
    (SUPPLIER_PAYS, gettext_lazy("the supplier pays")),
]


class BidForm(AppForm):
    """Terms; the words say who pays, so that no sign is overlooked."""

    quantity = NumberField(label=gettext_lazy("Quantity"))
    unit = forms.ChoiceField(label=gettext_lazy("Unit"))
    period = forms.ChoiceField(label=gettext_lazy("Counted"))
    price_way = forms.ChoiceField(
        choices=PRICE_WAYS,
        widget=forms.RadioSelect,
        initial=RECEIVER_PAYS,
        label=gettext_lazy("Who pays whom"),
    )
    price_amount = NumberField(
        label=gettext_lazy("Price per unit"), required=False, places=TYPED_PRICE_PLACES, most=LARGEST_PRICE
    )
    starts_on = forms.DateField(label=gettext_lazy("From"), widget=day_input())
    ends_on = forms.DateField(
        label=gettext_lazy("Until"),
        required=False,
        widget=day_input(),
        help_text=gettext_lazy("Empty: open end."),
    )
    carrier = forms.ChoiceField(choices=Carrier, initial=Carrier.RECEIVER, label=gettext_lazy("Carried by"))
    transport_paid_by = forms.ChoiceField(
        choices=TransportPayer,
        initial=TransportPayer.RECEIVER,
        label=gettext_lazy("Paid by"),
    )
    conditions = TextField(label=gettext_lazy("Conditions"), max_length=4000, required=False)
    expires_at = forms.DateTimeField(
        label=gettext_lazy("Valid until (UTC)"),
        required=False,
        widget=moment_input(),
        help_text=gettext_lazy("Empty: until it is answered or withdrawn."),
    )
    field_of = {"price": "price_amount", "currency": "price_amount"}

    def __init__(
        self,
        *args: Any,
        resource: Resource,
        is_rate: bool,
        currency: str,
        sealed: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.currency = currency
        cast(forms.ChoiceField, self.fields["unit"]).choices = unit_choices(resource)
        periods = [choice for choice in Period.choices if (choice[0] != Period.ONCE) == is_rate]
        cast(forms.ChoiceField, self.fields["period"]).choices = periods
        if sealed:
            del self.fields["expires_at"]

    def clean(self) -> dict[str, Any]:
        """A price that somebody pays needs its amount, and the amount is not signed."""
        data = super().clean() or {}
        if data.get("price_way") != FREE and "price_amount" not in self.errors:
            amount = data.get("price_amount")
            if amount is None:
                self.add_error("price_amount", _("How much? Or choose “free of charge”."))
            elif amount <= 0:
                self.add_error(
                    "price_amount", _("Type a number above zero; the words before it say who pays.")
                )
        return data

    def terms(self) -> BidTerms:
        """Return what the valid form says."""
        data = self.cleaned_data
        return BidTerms(
            quantity=data["quantity"],
            unit=data["unit"],
            period=data["period"],
            price=self._signed_price(),
            currency=self.currency,
            starts_on=data["starts_on"],
            ends_on=data["ends_on"],
            carrier=data["carrier"],
            transport_paid_by=data["transport_paid_by"],
            conditions=data["conditions"],
            expires_at=data.get("expires_at"),
        )

    def _signed_price(self) -> Decimal:
        way, amount = self.cleaned_data["price_way"], self.cleaned_data["price_amount"]
        if way == FREE:
            return Decimal(0)
        return Decimal(amount if way == RECEIVER_PAYS else -amount)


def initial_terms(bid: Bid) -> dict[str, Any]:
    """Return what the form shows of a bid that is answered or replaced."""
    initial = asdict(terms_of_bid(bid)) | {"quantity": typed(bid.quantity), "expires_at": None}
    way = FREE if not bid.price else RECEIVER_PAYS if bid.price > 0 else SUPPLIER_PAYS
    return initial | {"price_way": way, "price_amount": typed(abs(bid.price)) if bid.price else ""}


def first_terms(listings: Iterable[Listing], resource: Resource, *, today: date) -> dict[str, Any]:
    """Return what a first bid starts from: what is left of the listings, in the unit of the first, and its price; the
    first day that is over nowhere and at which all of them are there."""
    named = list(listings)
    initial: dict[str, Any] = {
        "unit": unit_choices(resource)[0][0],
        "starts_on": max([today, *(listing.available_from for listing in named)]),
    }
    if named:
        first = named[0]
        initial |= {"unit": first.unit, "period": first.period}
        price = first.price
        if price is not None:
            initial["price_way"] = FREE if not price else RECEIVER_PAYS if price > 0 else SUPPLIER_PAYS
            initial["price_amount"] = typed(abs(price)) if price else ""
    return initial


class ReasonForm(AppForm):
    """A reason, where one is given."""

    reason = LineField(label=gettext_lazy("Reason"), required=False, max_length=1000)
