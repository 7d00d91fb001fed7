"""Forms that open a synergy, say what comes next in it, give it up, and say what share the network has in it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.utils.translation import gettext_lazy

from accounts.access import facilitated_sites
from accounts.models import Organization, Site, User
from catalogue.forms import ResourceField
from common.reading.numbers import typed
from common.reading.text import key_in
from common.versions import version_of
from common.web.fields import LineField, NumberField, TextField
from common.web.forms import AppForm
from listings.models import Listing, Side, State
from trading.forms.base import day_input
from trading.models import Actor, LostReason, Synergy
from trading.selectors.synergies import attribution_of

if TYPE_CHECKING:
    ListingField = forms.ModelChoiceField[Listing]
    SiteField = forms.ModelChoiceField[Site]
else:  # at run time these classes take no parameter
    ListingField = SiteField = forms.ModelChoiceField


# --- opening ------------------------------------------------------------------------------------------------
class ListingChoice(ListingField):
    """Listings by name, place and what is left."""

    def label_from_instance(self, obj: Listing) -> str:
        """Return how a listing stands in the list."""
        return f"{obj.name}, {obj.site.name}"


class EnquiryForm(AppForm):
    """A first message about a listing, with an own listing of the other side where there is one."""

    text = TextField(label=gettext_lazy("Your message"), rows=4, max_length=4000)
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


class PairForm(AppForm):
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
        return None if choices is None else choices.filter(pk=key_in(raw)).first()

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


class NextStepForm(AppForm):
    """What comes next, who does it, until when."""

    ids = "step-%s"
    text = LineField(label=gettext_lazy("What is to be done"), required=False, max_length=300)
    by = forms.ChoiceField(
        label=gettext_lazy("By whom"),
        required=False,
        choices=[("", gettext_lazy("not said")), *Actor.choices],
    )
    on = forms.DateField(label=gettext_lazy("Until"), required=False, widget=day_input())


class LoseForm(AppForm):
    """Why a synergy is given up."""

    ids = "lose-%s"
    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"), choices=[("", gettext_lazy("Choose")), *LostReason.choices]
    )
    remark = TextField(label=gettext_lazy("In words"), rows=2, max_length=1000, required=False)


class AttributionForm(AppForm):
    """Which share of the benefit the network's work explains."""

    ids = "share-%s"
    share_percent = NumberField(label=gettext_lazy("Share in percent"), places=2, grouped=False)
    reason = TextField(label=gettext_lazy("What else it comes from"), rows=2, max_length=1000, required=False)
    field_of = {"share": "share_percent"}

    @classmethod
    def of(cls, synergy: Synergy, data: Any = None) -> "AttributionForm":
        """Return the form of a synergy, filled in with what holds now."""
        now = attribution_of(synergy)
        share = {"share_percent": typed(now["share"] * 100), "reason": now["reason"]}
        return cls(data, current=share, version=version_of(now))

    def saved_values(self, current: Mapping[str, Any]) -> Mapping[str, Any]:
        """The share is typed in percent."""
        return {"share_percent": typed(current["share"] * 100), "reason": current["reason"]}

    def share(self) -> Decimal:
        """Return the share as a fraction in [0, 1]; it is typed in per cent."""
        percent: Decimal = self.cleaned_data["share_percent"]
        return percent / 100
