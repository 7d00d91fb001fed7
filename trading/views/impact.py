"""What the deals were good for: of an organization, of a programme, line by line; declared and verified."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import current_membership, get_programme_to_facilitate, is_facilitator, signed_in
from common.errors import NotFound
from common.reading.text import key_in
from common.web.pages import posted, query_without, submit
from trading.access import (
    get_synergy_to_act,
    get_synergy_to_facilitate,
    mark_parties,
    with_parties,
)
from trading.forms.impact import DeclareForm, VerifyForm
from trading.models import ImpactEntry, ImpactStatus, Metric, Synergy
from trading.selectors.impact import (
    Total,
    headlines,
    ledger_for,
    of_organization,
    of_programme,
    to_verify_for,
    told,
    totals,
    totals_by,
    years_to_verify,
)
from trading.selectors.synergies import currency_of
from trading.selectors.words import metric_words
from trading.services.impact import declare, verify_year
from trading.views.room import refused_in_room
from trading.views.shared import acts_for, all_words

PER_PAGE = 25
CO2E_PARTS: Final = (
    Metric.CO2E_PRIMARY,
    Metric.CO2E_DISPOSAL,
    Metric.CO2E_TRANSPORT,
    Metric.CO2E_TREATMENT,
)


@require_safe
@login_required
def benefit(request: HttpRequest) -> HttpResponse:
    """What my organization's synergies were good for."""
    membership = current_membership(request)
    if membership is None:
        return redirect("my_deals" if is_facilitator(request.user) else "organization_new")
    entries = of_organization(ledger_for(request.user), membership.organization)
    return _show(request, entries, {"title": membership.organization.name, "programme": None})


@require_safe
@login_required
def programme_benefit(request: HttpRequest, slug: str) -> HttpResponse:
    """What the synergies of a programme's members were good for, each counted once."""
    programme = get_programme_to_facilitate(request.user, slug)
    entries = of_programme(ledger_for(request.user), programme)
    return _show(request, entries, {"title": programme.name, "programme": programme})


def _show(request: HttpRequest, entries: QuerySet[ImpactEntry], context: dict[str, Any]) -> HttpResponse:
    """The whole in three figures, a picture and the deals behind it; ?deal= one deal, line by line."""
    deal = _deal(request, entries)
    if deal is not None:
        entries = entries.filter(synergy=deal)
    sums = totals(entries)
    by_year = {
        int(str(year)): rows
        for year, rows in sorted(totals_by(entries, "year").items(), key=lambda row: str(row[0]))
    }
    chosen = _chosen(request, sums)
    heads = headlines(sums)
    context |= {
        "deal": deal,
        "headlines": heads,
        "totals": sums,
        "choices": [(row, row == chosen) for row in sums],
        "chosen": chosen,
        "years": _years(by_year, chosen),
        "parts": _parts(by_year),
        "query": query_without(request, "page"),
    }
    context |= _deals(request, entries, heads) if deal is None else _lines(request, entries, deal)
    return render(request, "trading/benefit.html", context)


def _deal(request: HttpRequest, entries: QuerySet[ImpactEntry]) -> Synergy | None:
    """Return the deal asked for; one that has no line here is missing like any other."""
    asked = request.GET.get("deal")
    if not asked:
        return None
    pk = key_in(asked)
    if not entries.filter(synergy=pk).exists():
        raise NotFound
    [deal] = mark_parties(request.user, [with_parties(Synergy.objects.filter(pk=pk)).get()])
    return deal


def _deals(request: HttpRequest, entries: QuerySet[ImpactEntry], heads: Sequence[Total]) -> dict[str, Any]:
    """Return the deals by what they brought of the first headline, each with its share of every headline."""
    sums = totals_by(entries, "synergy_id")

    def told_of(pk: object) -> list[Total]:
        return [_row(sums[pk], head.metric, head.unit) or Total(head.metric, head.unit) for head in heads]

    rows = {pk: told_of(pk) for pk in sums}
    order = sorted(rows, key=lambda pk: (*((-row.benefit, -row.expected) for row in rows[pk]), str(pk)))
    page = Paginator(order, PER_PAGE).get_page(request.GET.get("page"))
    synergies = with_parties(Synergy.objects.filter(pk__in=page.object_list))
    named = {synergy.pk: synergy for synergy in mark_parties(request.user, synergies)}
    return {"page": page, "deals": [(named[int(str(pk))], rows[pk]) for pk in page.object_list]}


def _lines(request: HttpRequest, entries: QuerySet[ImpactEntry], deal: Synergy) -> dict[str, Any]:
    """Return the lines of a deal with their sources; ?status= those of one status."""
    lines = entries.order_by("-year", "-pk")
    status = request.GET.get("status", "")
    if status in ImpactStatus.values:
        lines = lines.filter(status=status)
    page = Paginator(lines.select_related("agreement", "delivery", "corrects"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    page.object_list = told(page.object_list)
    for entry in page.object_list:
        entry.synergy = deal
    statuses = [(code, label, code == status) for code, label in ImpactStatus.choices]
    return {"page": page, "statuses": statuses, "status": status}


def _chosen(request: HttpRequest, sums: Sequence[Total]) -> Total | None:
    """Return the metric whose years are drawn: the one asked for, else the first that is a balance, else the first."""
    asked = request.GET.get("metric", "")
    named = next((row for row in sums if f"{row.metric} {row.unit}" == asked), None)
    return named or next((row for row in sums if row.is_balance), sums[0] if sums else None)


def _row(rows: Sequence[Total], metric: str, unit: str) -> Total | None:
    return next((row for row in rows if (row.metric, row.unit) == (metric, unit)), None)


def _years(by_year: Mapping[int, Sequence[Total]], chosen: Total | None) -> dict[str, Any]:
    """Return one metric by year: what was expected beside what deliveries confirmed and a facilitator verified."""
    if chosen is None:
        return {"rows": []}
    found = [(year, _row(rows, chosen.metric, chosen.unit)) for year, rows in by_year.items()]
    rows = [(year, row) for year, row in found if row is not None]
    return {
        "unit": chosen.unit_label,
        "label": chosen.label,
        "rows": rows,
        "chart": {
            "unit": chosen.unit_label,
            "years": [str(year) for year, _total in rows],
            "series": [
                _series(_("expected"), "expected", "expected", [row.expected for _year, row in rows]),
                _series(_("confirmed"), "benefit", "confirmed", [row.confirmed for _year, row in rows]),
                _series(_("verified"), "benefit", "verified", [row.verified for _year, row in rows]),
            ],
        },
    }


def _parts(by_year: Mapping[int, Sequence[Total]]) -> dict[str, Any]:
    """Return the parts of the CO2e balance by year: of the benefit, or of what is expected while there is none yet."""
    unit = "t"
    years = [year for year, rows in by_year.items() if any(row.metric in CO2E_PARTS for row in rows)]
    is_benefit = any(
        row.benefit
        for year in years
        for row in by_year[year]
        if row.metric in CO2E_PARTS and row.unit == unit
    )
    table = []
    for part in CO2E_PARTS:
        found = [_row(by_year[year], part, unit) for year in years]
        values = [Decimal(0) if row is None else row.benefit if is_benefit else row.expected for row in found]
        table.append((part, values))
    shown = [(part, values) for part, values in table if any(values)]
    sums = [sum((values[index] for _part, values in shown), Decimal(0)) for index in range(len(years))]
    return {
        "is_benefit": is_benefit,
        "years": years,
        "rows": [(part.label, values) for part, values in shown],
        "sums": sums,
        "chart": {
            "unit": unit,
            "years": [str(year) for year in years],
            "series": [_series(part.label, "co2e", part.value, values) for part, values in shown],
        },
    }


def _series(name: Any, stack: str, tone: str, values: Sequence[Decimal]) -> dict[str, Any]:
    return {
        "name": metric_words(str(name)),
        "stack": stack,
        "tone": tone,
        "values": [float(value) for value in values],
    }


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def synergy_declare(request: HttpRequest, pk: int) -> HttpResponse:
    """Declare what no delivery shows."""
    synergy, _party = get_synergy_to_act(request.user, pk, acts_for(request))
    form = DeclareForm(posted(request), initial={"unit": currency_of(synergy)})
    entry = submit(
        request, form, lambda: declare(actor=signed_in(request), synergy=synergy, **form.cleaned_data)
    )
    if entry:
        messages.success(request, _("Declared. A facilitator verifies it."))
        return redirect("synergy", pk)
    return render(request, "trading/declare_form.html", {"form": form, "synergy": synergy})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def synergy_verify(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what of a year waits to be verified; then verify it."""
    found = get_synergy_to_facilitate(request.user, pk)
    form = VerifyForm(posted(request) or request.GET or None)
    if request.method == "POST":
        verified = submit(
            request, form, lambda: verify_year(actor=signed_in(request), synergy=found, **form.cleaned_data)
        )
        if verified:
            year = form.cleaned_data["year"]
            messages.success(request, _("Verified: the benefit of %(year)s.") % {"year": year})
            return redirect("synergy", pk)
        return refused_in_room(request, found, all_words(form), status=400)
    if not form.is_valid() or form.cleaned_data["year"] not in years_to_verify(found):
        return refused_in_room(request, found, _("Nothing of that year waits to be verified."), status=409)
    entries = to_verify_for(request.user, found, form.cleaned_data["year"])
    context = {"synergy": found, "year": form.cleaned_data["year"], "rows": entries, "form": form}
    return render(request, "trading/verify.html", context)
