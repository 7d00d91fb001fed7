"""What a form says so far, as the listing that it would be: what cannot be so yet is left out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict

from accounts.access import AnyUser
from accounts.models import Organization
from common.errors import Invalid
from listings.access import mark_identities
from listings.forms.listings import OPEN, ListingForm
from listings.models import Disclosure, Listing
from listings.selectors.data_quality import mark_data_quality
from listings.services.drafts import drafted

NEEDED: Final = frozenset({"side", "resource", "site", "unit", "period", "available_from", "disclosure"})
"""Without these there is nothing to show."""
_INSTEAD: Final = {"hazardous": "ewc_code", "price": "price_amount", "currency": "price_amount"}
"""What is left out where another field is called wrong because of it."""
_TRIES: Final = 4


@dataclass(frozen=True)
class Draft:
    """A listing as its card would show it to others, and the fields that were left out since they are not right yet."""

    listing: Listing
    left_out: tuple[str, ...]

    @property
    def is_anonymous(self) -> bool:
        """Whether others would read a code name and a rough place."""
        return bool(self.listing.disclosure == Disclosure.ANONYMOUS)


def draft_of(user: AnyUser, data: Mapping[str, Any], organization: Organization | None) -> Draft | None:
    """Return what the fields of a form would be as a listing; None where too little of it is right.

    Half a number, or a code that is not finished, is left out, as if it had not been begun.
    """
    if organization is None or not isinstance(data, QueryDict):
        return None
    kept = data.copy()
    left_out: list[str] = []
    for _again in range(_TRIES):
        form = ListingForm(kept, organization=organization)
        wrong = set(form.errors)
        if not wrong:
            try:
                listing = drafted(organization=organization, terms=form.terms())
            except Invalid as refusal:
                wrong = set(refusal.fields)
            else:
                return Draft(_as_others_see_it(user, listing), tuple(left_out))
        if not wrong or wrong & NEEDED:
            return None
        left_out += sorted(wrong)
        for name in wrong:
            _leave_out(kept, _INSTEAD.get(name, name))
    return None


def _leave_out(kept: QueryDict, name: str) -> None:
    """Take a field away; of a quality both ends, and of a price who pays it."""
    for field in [each for each in kept if each == name or each.startswith(f"{name}_")]:
        del kept[field]
    if name == "price_amount":
        kept["price_way"] = OPEN


def _as_others_see_it(user: AnyUser, listing: Listing) -> Listing:
    """Mark it as for strangers where it is anonymous; what its code name will be is not known before it is listed."""
    reader = AnonymousUser() if listing.disclosure == Disclosure.ANONYMOUS else user
    [marked] = mark_data_quality(mark_identities(reader, [listing]))
    if not marked.identity_known:
        marked.party_name = f"{marked.party_name[:-4]}····"
    return marked
