"""A listing in a list, as a card or as a row of a table, and the parts of both: written at once.

A page shows up to fifty of them. By templates within templates they took a third of its time.
"""

from functools import cache
from typing import Any

from django import template
from django.template.context import Context
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.models import Provenance
from catalogue.models import Kind
from common.templatetags.loopyard import amount, icon, kind_icon, km, price_words, window_words
from listings.data_quality import DataQuality
from listings.models import Listing, Side, State

register = template.Library()
NOTHING = SafeString("")

_CARD = """<article class="listing kind-{kind}">
  <div class="listing-top">
    <span class="kind-tile">{kind_icon}</span>
    <div class="listing-head">
      <p class="side side-{side}">
        {side_icon}
        <span>{side_word}</span><span class="dot" aria-hidden="true"></span><span class="kind-word">{kind_word}</span>
      </p>
      <h3 class="listing-title">
        {title}
      </h3>
    </div>
    {keep}
  </div>
  <div class="listing-figures">
    <span class="listing-amount">{amount}</span>
    {left}
    <span class="price">{price}</span>
    {picture}
  </div>
  <ul class="listing-meta">
    <li>{place_icon}<span>{place}{distance}</span></li>
    <li>{window_icon}<span>{window}</span></li>
    <li>{party_icon}<span>{party}</span></li>
  </ul>
  <div class="listing-foot">
    <span>{provenance}</span>
    <span class="tags">
      {quality}
      {state}
      {hazard}
    </span>
  </div>
  {next}
</article>"""
_ROW = """<tr class="kind-{kind}" data-point="{key}">
  <th scope="row">
    <span class="table-what">{kind_icon}<a href="{address}">{name}</a></span>
    <span class="soft small">{side_word} · {party}</span>
  </th>
  <td class="num">{left}</td>
  <td>{price}</td>
  <td>{place}</td>
  {distance}
  <td>{window}</td>
  <td>{keep}</td>
</tr>"""


@register.simple_tag(takes_context=True)
def listing_card(
    context: Context,
    listing: Listing,
    *,
    distance_km: float | None = None,
    link: bool = True,
    edit: bool = False,
    keep: bool = False,
) -> SafeString:
    """Write a listing at a glance; `templates/listings/components/card.html` says what is given."""
    opens = link and getattr(listing, "opens", True)
    quality = getattr(listing, "data_quality", None)
    return format_html(
        _CARD,
        **_both(listing),
        side=listing.side,
        side_icon=icon("package-export" if listing.side == Side.OFFER else "package-import"),
        kind_word=_capital(Kind(listing.resource.kind).label),
        title=_link(listing) if opens else listing.name,
        picture=_picture(listing.picture) if getattr(listing, "picture", None) else NOTHING,
        keep=keep_or_compare(context, listing) if keep else NOTHING,
        amount=amount(listing.amount, listing.canonical_unit, listing.is_rate),
        left=_left(listing) if listing.allocated and listing.left else NOTHING,
        place_icon=icon("map-pin"),
        distance=NOTHING
        if distance_km is None
        else format_html(' · <span class="number">{}</span>', km(distance_km)),
        window_icon=icon("calendar"),
        party_icon=icon("building-factory-2" if listing.identity_known else "eye-off"),
        provenance=provenance(listing),
        quality=quality_gauge(quality) if quality else NOTHING,
        state=NOTHING
        if listing.state == State.PUBLISHED
        else format_html('<span class="tag tag-warning">{}</span>', _capital(State(listing.state).label)),
        hazard=format_html('<span class="tag tag-danger">{}{}</span>', icon("biohazard"), _("Hazardous"))
        if listing.hazardous
        else NOTHING,
        next=_next(listing, quality)
        if edit and quality and quality.next and listing.state != State.WITHDRAWN
        else NOTHING,
    )


@register.simple_tag(takes_context=True)
def listing_row(context: Context, listing: Listing, *, with_distance: bool = False) -> SafeString:
    """Write a listing as a row to choose from."""
    return format_html(
        _ROW,
        **_both(listing),
        key=listing.pk,
        address=_address("listing", listing.pk),
        name=listing.name,
        left=amount(listing.left, listing.canonical_unit, listing.is_rate),
        distance=format_html('<td class="num">{}</td>', km(listing.distance_km))
        if with_distance
        else NOTHING,
        keep=keep_or_compare(context, listing),
    )


@register.simple_tag(takes_context=True)
def keep_or_compare(context: Context, listing: Listing) -> SafeString:
    """Write what one may do with a listing in a list: tick it to compare, star it (with `starred`)."""
    return format_html(
        '<span class="keep"><label class="keep-tick"><input class="form-check-input" type="checkbox" form="compare" '
        'name="listing" value="{}"><span class="visually-hidden">{}</span></label>{}</span>',
        listing.pk,
        _("Compare %(name)s") % {"name": listing.name},
        star(context, listing),
    )


@register.simple_tag(takes_context=True)
def star(context: Context, listing: Listing) -> SafeString:
    """Write the star of a listing (with `starred`); its form stands once on the page, `listings/_stars.html`."""
    if not context["user"].is_authenticated:
        return format_html(
            '<button class="star" type="submit" form="stars" formaction="{}">{}<span class="visually-hidden">{}</span>'
            "</button>",
            _address("listing_star_wish", listing.pk),
            icon("star"),
            _("Sign in to keep %(name)s as a favourite") % {"name": listing.name},
        )
    address = _address("listing_unstar" if listing.starred else "listing_star", listing.pk)
    return format_html(
        '<button class="star" type="submit" form="stars" aria-pressed="{}" formaction="{}" hx-post="{}" '
        'hx-params="csrfmiddlewaretoken" hx-swap="outerHTML">{}<span class="visually-hidden">{}</span></button>',
        "true" if listing.starred else "false",
        address,
        address,
        icon("star-filled" if listing.starred else "star"),
        _("Favourite: %(name)s") % {"name": listing.name},
    )


@register.simple_tag
def provenance(listing: Listing) -> SafeString:
    """Write who says what a listing says, and of a published case since when."""
    if listing.provenance == Provenance.DOCUMENTED:
        year = (
            format_html(', <span class="number">{}</span>', listing.source_year)
            if listing.source_year
            else ""
        )
        return format_html("{} {}{}", icon("file-text"), _("Published case"), year)
    if listing.provenance == Provenance.ILLUSTRATIVE:
        return format_html("{} {}", icon("circle-dashed"), _("Illustrative"))
    return format_html("{} {}", icon("circle-check"), _("Entered by its organization"))


@register.simple_tag
def quality_gauge(quality: DataQuality) -> SafeString:
    """Write how well a listing is described, small: a bar of ten and a word."""
    return format_html(
        '<span class="gauge gauge-{}"><span class="visually-hidden">{} </span><span class="bar" aria-hidden="true">'
        '<i style="width:{}%"></i></span><span>{} <span class="number">{}&nbsp;%</span></span></span>',
        quality.word,
        _("Data quality:"),
        quality.level_percent,
        _capital(quality.label),
        quality.level_percent,
    )


# --- parts --------------------------------------------------------------------------------------------------
def _both(listing: Listing) -> dict[str, Any]:
    """Return what cards and rows show alike."""
    return {
        "kind": listing.resource.kind,
        "kind_icon": kind_icon(listing.resource.kind),
        "side_word": _capital(Side(listing.side).label),
        "price": price_words(listing.price, listing.currency, listing.unit, listing.side),
        "place": listing.party_place,
        "window": window_words(listing.available_from, listing.available_until, listing.months),
        "party": listing.party_name,
    }


def _capital(label: Any) -> str:
    text = str(label)
    return text[:1].upper() + text[1:]


@cache
def _around(name: str) -> tuple[str, str]:
    start, end = reverse(name, args=[0]).split("0")
    return start, end


def _address(name: str, key: int) -> str:
    """Return the address of a page of one listing: `reverse`, which looks through all patterns, once for all."""
    start, end = _around(name)
    return f"{start}{key}{end}"


def _link(listing: Listing) -> SafeString:
    return format_html(
        '<a class="listing-link" href="{}">{}</a>', _address("listing", listing.pk), listing.name
    )


def _picture(picture: Any) -> SafeString:
    return format_html(
        '<img class="listing-picture" src="{}" alt="{}" width="96" height="72" loading="lazy" decoding="async">',
        _address("listing_file_small", picture.pk),
        picture.caption,
    )


def _left(listing: Listing) -> SafeString:
    return format_html(
        '<span class="listing-left">{} {}</span>',
        _("left:") if listing.side == Side.OFFER else _("still sought:"),
        amount(listing.left, listing.canonical_unit, listing.is_rate),
    )


def _next(listing: Listing, quality: DataQuality) -> SafeString:
    if quality.next is None:
        return NOTHING
    return format_html(
        '<p class="listing-next small"><a href="{}#{}">{}</a></p>',
        _address("listing_edit", listing.pk),
        quality.next.anchor,
        quality.next.advice,
    )
