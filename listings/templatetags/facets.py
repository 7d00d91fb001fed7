"""The values of a facet, written at once: by a template, a hundred countries took a sixth of a page's time."""

from collections.abc import Iterable

from django import template
from django.utils.html import conditional_escape, format_html_join
from django.utils.safestring import SafeString

from common.templatetags.loopyard import number
from listings.views.facets import Option

register = template.Library()
CHECKED, NOTHING = SafeString(" checked"), SafeString("")


@register.simple_tag
def facet_options(name: str, options: Iterable[Option], *, single: bool = False) -> SafeString:
    """Write each value with how many it would find, to be ticked, or chosen alone of all of them."""
    kind = SafeString("radio" if single else "checkbox")
    name = conditional_escape(name)
    return format_html_join(
        "\n",
        '<label class="facet-option"><input id="{0}-{1}" type="{2}" name="{0}" value="{1}"{3}>'
        '<span>{4}</span><span class="facet-count number">{5}</span></label>',
        (
            (
                name,
                option.value,
                kind,
                CHECKED if option.chosen else NOTHING,
                option.label,
                SafeString(number(option.count)),
            )
            for option in options
        ),
    )
