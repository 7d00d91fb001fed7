"""Reads: which day it is where the parties of a synergy are; nobody's day is judged by the clock of Greenwich."""

from collections.abc import Iterable
from datetime import date, datetime

from django.utils import timezone

from accounts.models import Site
from accounts.selectors.timezones import today_at
from trading.models import Agreement, Synergy


def days_at(synergy: Synergy, moment: datetime | None = None) -> tuple[date, date]:
    """Return the earliest and the latest day that it is, now or at a moment, at the sites of both parties.

    Where no site is named or known, UTC's.
    """
    return days_of(Site.objects.filter(pk__in=[synergy.supplier_site_id, synergy.receiver_site_id]), moment)


def days_of(sites: Iterable[Site | None], moment: datetime | None = None) -> tuple[date, date]:
    """Return the earliest and the latest day that it is at these sites, as `days_at` does."""
    at = moment or timezone.now()
    days = [today_at(site, at) for site in sites if site is not None] or [at.date()]
    return min(days), max(days)


def step_overdue(synergy: Synergy) -> bool:
    """Whether the day of the next step is over at the sites of both parties, which are read with the synergy."""
    due = synergy.next_step_on
    return due is not None and due < days_of([synergy.supplier_site, synergy.receiver_site])[0]


def opens_on(agreement: Agreement) -> date:
    """Return the first day of deliveries: that of the signature where it is earliest, or the window's if earlier."""
    return min(agreement.starts_on, days_at(agreement.synergy, agreement.agreed_at)[0])
