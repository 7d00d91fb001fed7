"""Reads: an agreement as its parties are shown it, and over which days something is expected of it."""

from collections.abc import Iterable
from datetime import date

from django.utils.translation import ngettext

from common.reading.dates import written_day
from trading.benefit.years import days_expected
from trading.models import Agreement, AgreementState, Synergy
from trading.selectors.days import days_at


def show_to_parties(agreement: Agreement, synergy: Synergy) -> Agreement:
    """Return an agreement with what its parties, who know each other, are shown of it.

    `synergy` is the agreement's, as it was read before: parties and resource never change.
    """
    agreement.supplier, agreement.receiver = synergy.supplier, synergy.receiver
    agreement.synergy.supplier_name = synergy.supplier.name
    agreement.synergy.receiver_name = synergy.receiver.name
    agreement.synergy.supplier_known = agreement.synergy.receiver_known = True
    agreement.resource = synergy.resource
    if agreement.request and agreement.request.resource_id == agreement.resource_id:
        agreement.request.resource = synergy.resource
    return agreement


def expected_days(agreements: Iterable[Agreement]) -> str:
    """Say over which days what is expected of these agreements counts; empty where nothing is."""
    spans = [_span(each) for each in agreements if each.state != AgreementState.CANCELLED]
    if not spans:
        return ""
    first, last = min(start for start, _end in spans), max(end for _start, end in spans)
    days = (last - first).days + 1
    words = {"first": written_day(first), "last": written_day(last), "days": days}
    return (
        ngettext(
            "from %(first)s to %(last)s (%(days)d day)", "from %(first)s to %(last)s (%(days)d days)", days
        )
        % words
    )


def _span(agreement: Agreement) -> tuple[date, date]:
    end = agreement.ends_on
    if agreement.is_rate and agreement.state == AgreementState.COMPLETED and agreement.ended_at is not None:
        ended_on = days_at(agreement.synergy, agreement.ended_at)[1]
        end = min(ended_on, end or ended_on)
    return days_expected(is_rate=agreement.is_rate, starts_on=agreement.starts_on, ends_on=end)
