"""Parts of pages that say what they take, and places on a page that apps above it may fill.

    {% component "field" field=form.name hint=_("As on the invoice.") %}      templates/components/field.html
    {% component "listings.card" listing=offer %}                             templates/listings/components/card.html

A component's first tag says what it takes: `{% takes field hint="" %}`: `field` must be given, `hint` may be. An
unknown or missing name is an error when the page that uses it is loaded. A component sees what it was given, and
nothing else of the page but the frame's own names.

    {% page_slot "listing.after" %}

renders the templates that `settings.PAGE_SLOTS` (a dotted name) puts there, with the whole of the page's context.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import template
from django.conf import settings
from django.template.base import FilterExpression, Node, Parser, TextNode, Token, token_kwargs
from django.template.engine import Engine
from django.utils.module_loading import import_string

register = template.Library()

_FRAME: Final = ("csrf_token", "request", "user", "perms", "tile_url")
"""What every page has, and so every component: the request's own, and the operator's map tiles."""


class TakesNode(Node):
    """What a component takes: names that must be given, and defaults of those that may be."""

    def __init__(self, needed: Sequence[str], defaults: Mapping[str, FilterExpression]) -> None:
        self.needed = needed
        self.defaults = defaults

    def render(self, context: template.Context) -> str:
        """Write nothing."""
        return ""


@register.tag
def takes(parser: Parser, token: Token) -> TakesNode:
    """Declare the names that a component takes: `{% takes field hint="" %}`."""
    bits = token.split_contents()[1:]
    defaults = token_kwargs([bit for bit in bits if "=" in bit], parser)
    return TakesNode([bit for bit in bits if "=" not in bit], defaults)


class ComponentNode(Node):
    """One use of a component."""

    def __init__(
        self, part: template.Template, takes_node: TakesNode, given: Mapping[str, FilterExpression]
    ) -> None:
        self.part = part
        self.takes = takes_node
        self.given = given

    def render(self, context: template.Context) -> str:
        """Render the component with what it was given."""
        values = {name: default.resolve(context) for name, default in self.takes.defaults.items()}
        values |= {name: expression.resolve(context) for name, expression in self.given.items()}
        frame = {name: context[name] for name in _FRAME if name in context}
        return self.part.render(context.new({**frame, **values}))


@register.tag
def component(parser: Parser, token: Token) -> ComponentNode:
    """Use a component; raises `TemplateSyntaxError` for a name that it does not take, or one that is missing."""
    name, *bits = token.split_contents()[1:]
    path = path_of(name.strip("\"'"))
    given = token_kwargs(list(bits), parser)
    if len(given) != len(bits):
        raise template.TemplateSyntaxError(f"{path}: write each value as name=value, once")
    part = Engine.get_default().get_template(path)
    found = next((node for node in part.nodelist if not isinstance(node, TextNode)), None)
    if not isinstance(found, TakesNode):
        raise template.TemplateSyntaxError(f"{path} must begin with {{% takes … %}}")
    if unknown := set(given) - set(found.needed) - set(found.defaults):
        raise template.TemplateSyntaxError(f"{path} does not take {', '.join(sorted(unknown))}")
    if missing := set(found.needed) - set(given):
        raise template.TemplateSyntaxError(f"{path} needs {', '.join(sorted(missing))}")
    return ComponentNode(part, found, given)


def path_of(name: str) -> str:
    """Return the template of a component: `field` is common, `listings.card` is that of an app."""
    app, _, part = name.rpartition(".")
    return f"{app}/components/{part}.html" if app else f"components/{part}.html"


class SlotNode(Node):
    """A place on a page that others fill."""

    def __init__(self, name: str) -> None:
        self.name = name

    def render(self, context: template.Context) -> str:
        """Render what fills the place, in order."""
        slots: Mapping[str, Sequence[str]] = import_string(settings.PAGE_SLOTS)
        engine: Any = context.template.engine if context.template else Engine.get_default()
        return "".join(
            engine.get_template(path)._render(context) if path else "" for path in slots.get(self.name, ())
        )


@register.tag
def page_slot(_parser: Parser, token: Token) -> SlotNode:
    """Name a place that apps above this page's may fill."""
    _tag, name = token.split_contents()
    return SlotNode(name.strip("\"'"))
