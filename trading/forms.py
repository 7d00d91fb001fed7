"""Forms of the way from interest to benefit; each names what is wrong beside the field and keeps what was typed."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import facilitated_sites
from accounts.models import Organization, Site, User
from catalogue.fields import NumberField, ResourceField, typed
from catalogue.models import Resource
from common.errors import AppError
from common.units import UNIT_LABEL, fitting_units
from listings.models import Listing, Period, Side, State
from listings.terms import conversion_of
from trading.deliveries import Consignment
from trading.ledger import DECLARED
from trading.models import (
    TREATMENT_OPERATIONS,
    Actor,
    Agreement,
    Bid,
    Carrier,
    LostReason,
    Metric,
    Synergy,
    TransportPayer,
)
from trading.terms import BidTerms, Papers, papers_of, terms_of_bid

if TYPE_CHECKING:
    ListingField = forms.ModelChoiceField[Listing]
    SiteField = forms.ModelChoiceField[Site]
else:  # at run time these classes take no parameter
    ListingField = SiteField = forms.ModelChoiceField

RECEIVER_PAYS, FREE, SUPPLIER_PAYS = "receiver", "free", "supplier"
PRICE_WAYS = [
    (RECEIVER_PAYS, gettext_lazy("the receiver pays")),
    (FREE, gettext_lazy("free of charge")),
    (SUPPLIER_PAYS, gettext_lazy("the supplier pays")),
]
_MOMENT = "%Y-%m-%dT%H:%M"
_LONGEST_KEY = 19


def _day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _moment_input() -> forms.DateTimeInput:
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_MOMENT)


def _text(label: Any, *, rows: int = 3, most: int = 4000, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=most, widget=forms.Textarea(attrs={"rows": rows}), **options
    )


def _units(resource: Resource) -> list[tuple[str, str]]:
    return [(unit, UNIT_LABEL[unit]) for unit in fitting_units(resource.dimension, conversion_of(resource))]


class TradingForm(forms.Form):
    """Shows what a service refused beside the field that it names."""

    field_of: ClassVar[Mapping[str, str]] = {}
    """Where the form shows what the service refuses under another name."""
    ids: ClassVar[str] = "id_%s"
    """Several forms stand on one page; each names its fields apart."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **({"auto_id": self.ids} | options))

    def show_refusal(self, refusal: AppError) -> None:
        """Put what was refused beside its fields, and what concerns the whole above all."""
        if not refusal.fields:
            self.add_error(None, refusal.message)
        for name, texts in refusal.fields.items():
            field = self.field_of.get(name, name)
            for text in texts:
                self.add_error(field if field in self.fields else None, text[:1].upper() + text[1:])


# --- opening ------------------------------------------------------------------------------------------------
class ListingChoice(ListingField):
    """Listings by name, place and what is left."""

    def label_from_instance(self, obj: Listing) -> str:
        """Return how a listing stands in the list."""
        return f"{obj.name}, {obj.site.name}"


class EnquiryForm(TradingForm):
    """A first message about a listing, with an own listing of the other side where there is one."""

    text = _text(gettext_lazy("Your message"), rows=4)
    own_listing = ListingChoice(
        queryset=Listing.objects.none(),
        required=False,
        label=gettext_lazy("For which of your listings"),
        empty_label=gettext_lazy("none of them"),
        help_text=gettext_lazy("What is agreed is then taken off both."),
    )

    def __init__(self, *args: Any, listing: Listing, organization: Organization, **options: Any) -> None:
        super().__init__(*args, **options)
        other = Side.REQUEST if listing.side == Side.OFFER else Side.OFFER
        own = Listing.objects.filter(organization=organization, side=other, state=State.PUBLISHED)
        same_kind = own.filter(resource__kind=listing.resource.kind).select_related("resource", "site")
        cast("forms.ModelChoiceField[Listing]", self.fields["own_listing"]).queryset = same_kind
        if not same_kind:
            del self.fields["own_listing"]

    def own(self) -> Listing | None:
        """Return the own listing that was chosen."""
        chosen: Listing | None = self.cleaned_data.get("own_listing")
        return chosen


class SiteChoice(SiteField):
    """Sites by organization and name."""

    def label_from_instance(self, obj: Site) -> str:
        """Return how a site stands in the list."""
        return f"{obj.organization}, {obj.name}"


class PairForm(TradingForm):
    """Two sites that a facilitator brings together; a listing that is given stands for its site and its resource."""

    offer = forms.ModelChoiceField(Listing.objects.none(), required=False, widget=forms.HiddenInput)
    request = forms.ModelChoiceField(Listing.objects.none(), required=False, widget=forms.HiddenInput)
    supplier_site = SiteChoice(
        Site.objects.none(), label=gettext_lazy("From"), empty_label=gettext_lazy("Choose a site")
    )
    receiver_site = SiteChoice(
        Site.objects.none(), label=gettext_lazy("To"), empty_label=gettext_lazy("Choose a site")
    )
    resource = ResourceField(
        max_length=120,
        label=gettext_lazy("What moves"),
        help_text=gettext_lazy("A name, another name or a waste code."),
    )
    is_lot = forms.BooleanField(required=False, label=gettext_lazy("It is one lot, not a yearly flow"))

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        sites = facilitated_sites(user).distinct().order_by("organization__name", "name")
        members = sites.values("organization")
        for name, side in (("offer", Side.OFFER), ("request", Side.REQUEST)):
            field = cast("forms.ModelChoiceField[Listing]", self.fields[name])
            field.queryset = Listing.objects.filter(
                side=side, organization__in=members.order_by()
            ).select_related("resource", "organization", "site")
        for name in ("supplier_site", "receiver_site"):
            cast("forms.ModelChoiceField[Site]", self.fields[name]).queryset = sites
        self.named_offer, self.named_request = self._named("offer"), self._named("request")
        self.fields["supplier_site"].required = self.named_offer is None
        self.fields["receiver_site"].required = self.named_request is None
        self.fields["resource"].required = self.named_offer is None and self.named_request is None

    def _named(self, name: str) -> Listing | None:
        raw = str((self.data if self.is_bound else self.initial).get(name) or "")
        choices = cast("forms.ModelChoiceField[Listing]", self.fields[name]).queryset
        if choices is None or not (raw.isascii() and raw.isdigit() and len(raw) < _LONGEST_KEY):
            return None
        return choices.filter(pk=raw).first()

    def clean(self) -> dict[str, Any]:
        """A listing says where it is and what moves."""
        data = super().clean() or {}
        if self.named_offer is not None:
            data["supplier_site"] = self.named_offer.site
        if self.named_request is not None:
            data["receiver_site"] = self.named_request.site
        named = self.named_offer or self.named_request
        if named is not None:
            data["resource"] = named.resource
        return data


# --- talking ------------------------------------------------------------------------------------------------
class MessageForm(TradingForm):
    """Something to say."""

    ids = "message-%s"
    text = _text(gettext_lazy("Message"), rows=2)


class FileForm(TradingForm):
    """A document."""

    ids = "file-%s"
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("PDF, picture, text or office file; 20 MB at most."),
    )


class NextStepForm(TradingForm):
    """What comes next, who does it, until when."""

    ids = "step-%s"
    text = forms.CharField(label=gettext_lazy("What is to be done"), required=False, max_length=300)
    by = forms.ChoiceField(
        label=gettext_lazy("By whom"),
        required=False,
        choices=[("", gettext_lazy("not said")), *Actor.choices],
    )
    on = forms.DateField(label=gettext_lazy("Until"), required=False, widget=_day_input())


class LoseForm(TradingForm):
    """Why a synergy is given up."""

    ids = "lose-%s"
    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"), choices=[("", gettext_lazy("Choose")), *LostReason.choices]
    )
    remark = _text(gettext_lazy("In words"), rows=2, most=1000, required=False)


class AttributionForm(TradingForm):
    """Which share of the benefit the network's work explains."""

    ids = "share-%s"
    share_percent = NumberField(label=gettext_lazy("Share in percent"))
    reason = _text(gettext_lazy("What else it comes from"), rows=2, most=1000, required=False)
    field_of = {"share": "share_percent"}

    def share(self) -> Decimal:
        """Return it as a fraction."""
        percent: Decimal = self.cleaned_data["share_percent"]
        return percent / 100


class VerifyForm(TradingForm):
    """A year whose benefit is verified."""

    year = forms.IntegerField(widget=forms.HiddenInput, min_value=1900, max_value=2200)
    remark = forms.CharField(label=gettext_lazy("How it was checked"), required=False, max_length=1000)


class DeclareForm(TradingForm):
    """What no delivery shows: money put in, and jobs."""

    metric = forms.ChoiceField(
        label=gettext_lazy("What"), choices=[(metric.value, metric.label) for metric in map(Metric, DECLARED)]
    )
    year = forms.IntegerField(label=gettext_lazy("Year"), min_value=1900, max_value=2200)
    amount = NumberField(
        label=gettext_lazy("How much"),
        help_text=gettext_lazy("Money in the currency given; jobs in full-time posts."),
    )
    unit = forms.CharField(label=gettext_lazy("Currency"), max_length=3, required=False)
    baseline = _text(gettext_lazy("What would have happened otherwise"), rows=2, most=1000)


# --- bidding ------------------------------------------------------------------------------------------------
class BidForm(TradingForm):
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
    price_amount = NumberField(label=gettext_lazy("Price per unit"), required=False)
    starts_on = forms.DateField(label=gettext_lazy("From"), widget=_day_input())
    ends_on = forms.DateField(
        label=gettext_lazy("Until"),
        required=False,
        widget=_day_input(),
        help_text=gettext_lazy("Empty: open end."),
    )
    carrier = forms.ChoiceField(choices=Carrier, initial=Carrier.RECEIVER, label=gettext_lazy("Carried by"))
    transport_paid_by = forms.ChoiceField(
        choices=TransportPayer,
        initial=TransportPayer.RECEIVER,
        label=gettext_lazy("Paid by"),
    )
    conditions = _text(gettext_lazy("Conditions"), required=False)
    expires_at = forms.DateTimeField(
        label=gettext_lazy("Valid until (UTC)"),
        required=False,
        widget=_moment_input(),
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
        cast(forms.ChoiceField, self.fields["unit"]).choices = _units(resource)
        periods = [choice for choice in Period.choices if (choice[0] != Period.ONCE) == is_rate]
        cast(forms.ChoiceField, self.fields["period"]).choices = periods
        self.initial.setdefault("starts_on", timezone.now().date())
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


def first_terms(listings: Iterable[Listing], resource: Resource) -> dict[str, Any]:
    """Return what a first bid starts from: what is left of the listings, in the unit of the first, and its price."""
    named = list(listings)
    initial: dict[str, Any] = {"unit": _units(resource)[0][0]}
    if named:
        first = named[0]
        initial |= {"unit": first.unit, "period": first.period}
        price = first.price
        if price is not None:
            initial["price_way"] = FREE if not price else RECEIVER_PAYS if price > 0 else SUPPLIER_PAYS
            initial["price_amount"] = typed(abs(price)) if price else ""
        initial["starts_on"] = max(timezone.now().date(), *(listing.available_from for listing in named))
    return initial


class ReasonForm(TradingForm):
    """A reason, where one is given."""

    reason = forms.CharField(label=gettext_lazy("Reason"), required=False, max_length=1000)


class TenderForm(TradingForm):
    """Until when sealed bids are taken, and under which conditions."""

    deadline = forms.DateTimeField(
        label=gettext_lazy("Deadline (UTC)"),
        widget=_moment_input(),
        help_text=gettext_lazy("By the clock of the exchange. Until then nobody sees a bid but who made it."),
    )
    conditions = _text(gettext_lazy("Conditions"), required=False)


class AwardForm(TradingForm):
    """How much of each bid is taken; empty: nothing."""

    def __init__(self, *args: Any, bids: Iterable[Bid], left: Decimal | None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.bids = list(bids)
        rest = left
        for bid in self.bids:
            suggested = bid.amount if rest is None else min(bid.amount, rest)
            rest = None if rest is None else rest - suggested
            self.fields[f"bid-{bid.pk}"] = NumberField(
                label=_("Award"), required=False, initial=typed(suggested) if suggested else ""
            )

    def rows(self) -> list[tuple[Bid, forms.BoundField]]:
        """Return each bid with its field, the best first."""
        return [(bid, self[f"bid-{bid.pk}"]) for bid in self.bids]

    def awards(self) -> dict[int, Decimal]:
        """Return what the valid form awards."""
        amounts = {bid.pk: self.cleaned_data[f"bid-{bid.pk}"] for bid in self.bids}
        return {pk: amount for pk, amount in amounts.items() if amount}


# --- agreement and delivery ---------------------------------------------------------------------------------
class PapersForm(TradingForm):
    """What the paper that travels with waste names."""

    ewc_code = forms.CharField(
        label=gettext_lazy("Waste code (EWC)"),
        required=False,
        max_length=12,
        help_text=gettext_lazy("Six digits, if it is waste by law."),
    )
    treatment_operation = forms.ChoiceField(
        label=gettext_lazy("Treatment operation"),
        required=False,
        choices=[("", gettext_lazy("not said")), *((code, code) for code in TREATMENT_OPERATIONS)],
        help_text=gettext_lazy("R1 to R13: recovery; D1 to D15: disposal (Directive 2008/98/EC)."),
    )
    supplier_permit = forms.CharField(
        label=gettext_lazy("Permit of the supplier"), required=False, max_length=120
    )
    receiver_permit = forms.CharField(
        label=gettext_lazy("Permit of the receiver"), required=False, max_length=120
    )
    container = forms.CharField(
        label=gettext_lazy("Container"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("Silo lorry, skip, big bags, pipe …"),
    )

    def __init__(self, data: Any = None, *, agreement: Agreement) -> None:
        super().__init__(data, initial=asdict(papers_of(agreement)))

    def clean_ewc_code(self) -> str:
        """Take "10 01 02*" as well as 100102."""
        return "".join(char for char in self.cleaned_data["ewc_code"] if char not in " .*")

    def papers(self) -> Papers:
        """Return what the valid form says."""
        return Papers(**self.cleaned_data)


class DeliveryForm(TradingForm):
    """A consignment that is planned or that moved."""

    PLANNED, ACTUAL = "planned", "actual"

    kind = forms.ChoiceField(
        label=gettext_lazy("What happened"),
        choices=[(ACTUAL, gettext_lazy("it was delivered")), (PLANNED, gettext_lazy("it is planned"))],
        widget=forms.RadioSelect,
        initial=ACTUAL,
    )
    reference = forms.CharField(
        label=gettext_lazy("Number of the transport paper"),
        max_length=80,
        help_text=gettext_lazy("A number counts once, whichever of you reports it."),
    )
    happened_on = forms.DateField(label=gettext_lazy("Day"), widget=_day_input())
    quantity = NumberField(label=gettext_lazy("Quantity"))
    unit = forms.ChoiceField(label=gettext_lazy("Unit"))
    note = _text(gettext_lazy("Note"), rows=2, most=1000, required=False)
    file = forms.FileField(
        label=gettext_lazy("Evidence"),
        required=False,
        help_text=gettext_lazy("Weighbridge ticket, transport paper or photograph."),
    )

    def __init__(self, *args: Any, agreement: Agreement, **options: Any) -> None:
        super().__init__(*args, **options)
        cast(forms.ChoiceField, self.fields["unit"]).choices = _units(agreement.resource)
        self.initial.setdefault("happened_on", timezone.now().date())

    @property
    def is_planned(self) -> bool:
        """Whether the valid form announces instead of recording."""
        return bool(self.cleaned_data["kind"] == self.PLANNED)

    def consignment(self) -> Consignment:
        """Return what the valid form says."""
        named = ("reference", "happened_on", "quantity", "unit", "note")
        return Consignment(**{name: self.cleaned_data[name] for name in named})


class CorrectionForm(TradingForm):
    """How much a delivery really was."""

    quantity = NumberField(label=gettext_lazy("It really was"), help_text=gettext_lazy("0: it never came."))
    unit = forms.ChoiceField(label=gettext_lazy("Unit"))
    note = _text(gettext_lazy("Why it is corrected"), rows=2, most=1000)

    def __init__(self, *args: Any, agreement: Agreement, **options: Any) -> None:
        super().__init__(*args, **options)
        cast(forms.ChoiceField, self.fields["unit"]).choices = _units(agreement.resource)


def currency_of(synergy: Synergy) -> str:
    """Return the currency in which a synergy is bid: its listings', else the supplier's."""
    listing = synergy.offer or synergy.request
    return listing.currency if listing else synergy.supplier.currency
