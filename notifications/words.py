"""What a notification says: a title, who it is with, and a few words of the thing itself.

What may be said depends on the reader, so the words are gathered when they are told, by the same marks as the pages
(`mark_parties`, `mark_identities`), and put into a sentence when they are read, in the reader's language.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access import organizations_of
from accounts.models import Organization, Programme, User
from catalogue.called import called
from common.reading.dates import written_day, written_moment
from common.templatetags.loopyard import exact
from common.units import unit_label
from events.services import subject_type_of
from listings.access import mark_identities
from listings.models import Listing
from matching.models import Match
from notifications.audiences import Data, synergy_of
from notifications.kinds import FOUND, SEARCHED, TOLD, Told
from notifications.models import Notification
from register.models import RegisterPlant
from trading.access import mark_parties, with_parties
from trading.models import Agreement, Bid, Delivery, Origin, Synergy, SynergyFile, SynergyMessage, Tender
from trading.selectors.terms_in_words import said_of
from trading.selectors.turns import turn_of, with_turns
from trading.selectors.words import pays_words
from trading.templatetags.deals import turn_words

LONGEST_QUOTE: Final = 600
MOST_NAMED: Final = 3
"""Saved searches that a line names; of the others it says how many they are."""


@dataclass(frozen=True)
class Saying:
    """What is told to one reader, before it is a sentence."""

    words: Mapping[str, Any]
    address: str


# --- gathered when it is told -------------------------------------------------------------------------------
def saying(person: User, subject: Any, data: Data) -> Saying:
    """Return what a reader is told of a subject, as they may know it."""
    synergy = synergy_of(subject)
    if synergy is not None:
        return _of_synergy(person, synergy.pk, subject, data)
    if isinstance(subject, Match):
        return _of_match(person, subject)
    if isinstance(subject, Tender):
        return Saying({"resource": subject.listing.name}, reverse("tender", args=[subject.pk]))
    if isinstance(subject, Listing):
        return Saying({"resource": subject.name}, reverse("listing", args=[subject.pk]))
    if isinstance(subject, Organization):
        return Saying(_of_organization(subject, data), reverse("organization"))
    if isinstance(subject, Programme):
        return Saying({"programme": subject.name}, reverse("organization"))
    if isinstance(subject, RegisterPlant):
        return Saying(_of_plant(subject, data), reverse("register_plant", args=[subject.pk]))
    raise TypeError(f"nobody is told of {subject_type_of(subject)}")


def _of_synergy(person: User, pk: int, subject: Any, data: Data) -> Saying:
    synergy = _loaded(subject, pk)
    mark_parties(person, [synergy])
    own = set(organizations_of(person).values_list("pk", flat=True))
    words: dict[str, Any] = {"resource": synergy.resource.name}
    if synergy.supplier_id in own and synergy.receiver_id not in own:
        words["other"] = synergy.receiver_name
    elif synergy.receiver_id in own and synergy.supplier_id not in own:
        words["other"] = synergy.supplier_name
    else:
        words |= {"supplier": synergy.supplier_name, "receiver": synergy.receiver_name}
    said = {**words, **_said_of(subject, synergy), **_quoted(synergy, subject, data)}
    return Saying({name: value for name, value in said.items() if value}, _address_in(synergy, subject))


def _loaded(subject: Any, pk: int) -> Synergy:
    """Return the synergy with what its words need; read once, however many hear of the subject."""
    known: Synergy | None = getattr(subject, "synergy_to_tell", None)
    if known is None:
        found = Synergy.objects.filter(pk=pk)
        known = with_parties(with_turns(found) if isinstance(subject, Synergy) else found).get()
        subject.synergy_to_tell = known
    return known


def _address_in(synergy: Synergy, subject: Any) -> str:
    if isinstance(subject, Delivery):
        return reverse("agreement", args=[subject.agreement_id])
    return (
        reverse("agreement", args=[subject.pk])
        if isinstance(subject, Agreement)
        else reverse("synergy", args=[synergy.pk])
    )


def _said_of(subject: Any, synergy: Synergy) -> dict[str, str]:
    if isinstance(subject, Bid):
        return {"terms": _terms(subject, synergy)}
    if isinstance(subject, Delivery):
        return {"terms": f"{subject.reference}: {exact(subject.amount)} {unit_label(synergy.unit)}"}
    return {}


def _quoted(synergy: Synergy, subject: Any, data: Data) -> dict[str, str]:
    """What was written or filed, or what is to be done."""
    if isinstance(subject, Bid):
        return {"quote": _short(str(data.get("reason", "")))}
    if "message" in data:
        return {"quote": _text_of(SynergyMessage.objects.filter(pk=data["message"], synergy=synergy))}
    if data.get("origin") == Origin.ENQUIRY:
        return {"quote": _text_of(SynergyMessage.objects.filter(synergy=synergy).order_by("pk"))}
    if isinstance(subject, Synergy) and "file" in data:
        return {
            "terms": SynergyFile.objects.filter(pk=data["file"], synergy=synergy).values_list(
                "name", flat=True
            )[0]
        }
    if isinstance(subject, Synergy) and not data:
        return {"terms": turn_words(turn_of(synergy), synergy)}
    return {"quote": _short(str(data.get("text") or data.get("remark") or ""))}


def _text_of(messages: QuerySet[SynergyMessage]) -> str:
    first = messages.first()
    return _short(first.text) if first else ""


def _terms(bid: Bid, synergy: Synergy) -> str:
    """The quantity and the price as they were typed."""
    bid.synergy = synergy
    said = said_of(bid)
    quantity = f"{exact(said.quantity)} {unit_label(said.unit)}"
    if bid.is_rate:
        quantity = f"{quantity} {bid.get_period_display()}"
    return f"{quantity}, {pays_words(said.price, bid.currency, said.price_unit)}"


def _of_match(person: User, match: Match) -> Saying:
    mark_identities(person, [match.offer, match.request])
    own = set(organizations_of(person).values_list("pk", flat=True))
    words = {"resource": match.offer.resource.name}
    if match.offer.organization_id in own:
        words["other"] = match.request.party_name
    elif match.request.organization_id in own:
        words["other"] = match.offer.party_name
    else:
        words |= {"supplier": match.offer.party_name, "receiver": match.request.party_name}
    return Saying(words, reverse("match", args=[match.pk]))


def _of_organization(organization: Organization, data: Data) -> dict[str, Any]:
    words = {"organization": organization.name}
    if "programme" in data:
        words["programme"] = Programme.objects.values_list("name", flat=True).get(pk=data["programme"])
    if "user" in data:
        who = User.objects.filter(pk=data["user"]).first()
        words["who"] = str(who) if who else ""
    return words


def _of_plant(plant: RegisterPlant, data: Data) -> dict[str, Any]:
    name = Organization.objects.filter(pk=data.get("organization", 0)).values_list("name", flat=True).first()
    return {"plant": plant.name, "organization": name or "", "quote": _short(str(data.get("reason", "")))}


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_QUOTE else f"{text[: LONGEST_QUOTE - 1]}…"


# --- put into a sentence when it is read --------------------------------------------------------------------
def title_of(notification: Notification, zone: ZoneInfo | None = None) -> str:
    """Return the one line that says what happened, in the language of this moment."""
    words = notification.words
    if notification.told == FOUND:
        return _found_words(words)
    if notification.told == SEARCHED and int(words["count"]) > 1:
        said = ngettext(
            "%(count)s new listing for %(searches)s",
            "%(count)s new listings for %(searches)s",
            int(words["count"]),
        )
        return said % {"count": words["count"], "searches": _searches_named(words)}
    line = TOLD[notification.told]
    if not isinstance(line, Told):
        raise TypeError(f"nobody is told of {notification.told}")
    when = ""
    if moment := parse_datetime(str(words.get("moment", ""))):
        when = moment_words(moment, zone)
    elif day := parse_date(str(words.get("day", ""))):
        when = written_day(day)
    said_of = {"moment": when, "resource": called(str(words.get("resource", "")))}
    if notification.told == SEARCHED:
        said_of["searches"] = _searches_named(words)
    return str(line.title) % {**words, **said_of}


def searches_of(notification: Notification) -> list[int]:
    """Return the keys of the saved searches of whose find a line tells."""
    keys: list[int] = notification.words.get("searches", [notification.subject_id])
    return keys


def _searches_named(words: Mapping[str, Any]) -> str:
    """The searches by name, as many as a line has room for."""
    names = [str(name) for name in words.get("names", [words["search"]])]
    named = [_("“%(search)s”") % {"search": name} for name in names[:MOST_NAMED]]
    more = len(names) - MOST_NAMED
    if more > 0:
        named.append(ngettext("%(count)s more search", "%(count)s more searches", more) % {"count": more})
    return ", ".join(named)


def _found_words(words: Mapping[str, Any]) -> str:
    count, listings = int(words["count"]), int(words["listings"])
    if listings == 1:
        said = ngettext(
            "%(count)s new match for %(resource)s", "%(count)s new matches for %(resource)s", count
        )
        return said % {"count": count, "resource": called(str(words["resource"]))}
    said = ngettext(
        "%(count)s new match for %(listings)s of your listings",
        "%(count)s new matches for %(listings)s of your listings",
        count,
    )
    return said % {"count": count, "listings": listings}


def parties_of(notification: Notification) -> str:
    """Return who it is with, as the reader might know them; empty where it is with nobody."""
    words = notification.words
    if "other" in words:
        return _("with %(other)s") % {"other": words["other"]}
    if "supplier" in words:
        return f"{words['supplier']} → {words['receiver']}"
    return str(words.get("organization", "")) if notification.told == FOUND else ""


def moment_words(moment: datetime | None, zone: ZoneInfo | None = None) -> str:
    """Write a moment in the zone of the reader, which it names."""
    if moment is None:
        return ""
    local = timezone.localtime(moment, zone or timezone.get_current_timezone())
    with timezone.override(local.tzinfo):
        return f"{written_moment(local)} {local.tzname()}"
