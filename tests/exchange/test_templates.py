"""Templates obey the layers, components get what they take, and every form carries its keys."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Engine, TemplateSyntaxError
from django.template.backends.django import get_installed_libraries

from common.templatetags.components import path_of
from exchange.web.slots import SLOTS

FOLDER = Path(settings.ROOT) / "templates"
TEMPLATES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file())
LAYERS = [
    "common",
    "events",
    "accounts",
    "catalogue",
    "listings",
    "register",
    "matching",
    "trading",
    "planning",
    "notifications",
    "exchange",
]
OUTSIDE = ("allauth", "drf_spectacular", "admin")
"""Folders in which a library looks for templates of ours in place of its own."""
FRAME = (
    "base.html",
    "bare.html",
    "400.html",
    "403.html",
    "403_csrf.html",
    "404.html",
    "500.html",
    "kept_form.html",
)
_LOADED = re.compile(r"{%\s*(?:include|extends)\s+[\"']([^\"']+)[\"']")
_COMPONENT = re.compile(r"{%\s*component\s+[\"']([^\"']+)[\"']")
_LIBRARIES = re.compile(r"{%\s*load\s+([^%]+?)\s*%}")


def layer_of(template: str) -> str:
    """Return the app that a template belongs to; the frame and the common components are common's."""
    folder = template.split("/")[0]
    if template in FRAME or folder in ("components", *OUTSIDE):
        return "common"
    return folder if folder in LAYERS else "exchange"


def app_of_library(name: str) -> str | None:
    module = get_installed_libraries()[name].split(".")[0]
    return module if module in LAYERS else None


def upward_loads(template: str, text: str) -> list[str]:
    own = LAYERS.index(layer_of(template))
    loaded = _LOADED.findall(text) + [path_of(name) for name in _COMPONENT.findall(text)]
    found = [path for path in loaded if LAYERS.index(layer_of(path)) > own]
    for names in _LIBRARIES.findall(text):
        for name in names.split(" from ")[-1].split():
            app = app_of_library(name)
            if app and LAYERS.index(app) > own:
                found.append(name)
    return found


@pytest.mark.parametrize("template", TEMPLATES)
def test_template_is_right_and_loads_nothing_of_an_app_above_its_own(template: str) -> None:
    Engine.get_default().get_template(template)  # raises for a component that is given what it does not take
    assert upward_loads(template, (FOLDER / template).read_text(encoding="utf-8")) == []


def test_upward_load_is_seen() -> None:
    assert upward_loads("listings/listing.html", "{% load i18n deals %}") == ["deals"]
    assert upward_loads("listings/listing.html", '{% include "trading/_bid.html" %}') == ["trading/_bid.html"]
    assert upward_loads("components/field.html", '{% component "listings.card" listing=x %}')
    assert upward_loads("trading/bid.html", "{% load deals loopyard %}") == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{% component "notice" tone="error" %}', "needs text"),
        ('{% component "notice" tone="error" text="x" colour="red" %}', "does not take colour"),
        ('{% component "notice" tone="error" "x" %}', "write each value"),
        ('{% component "nowhere" %}', "nowhere"),
    ],
)
def test_component_with_an_unknown_or_missing_name_is_an_error(text: str, message: str) -> None:
    with pytest.raises(Exception, match=message) as error:
        Engine.get_default().from_string(text)
    assert isinstance(error.value, TemplateSyntaxError) or "nowhere" in str(error.value)


def test_component_sees_nothing_of_the_page_but_what_it_was_given() -> None:
    page = Engine.get_default().from_string('{% component "notice" tone="info" text="seen" %}')
    assert "close" not in page.render(Context({"closable": True, "text": "unseen"}))
    assert "unseen" not in page.render(Context({"text": "unseen"}))


def test_slots_are_places_on_pages_and_filled_by_templates_that_exist() -> None:
    asked = set(
        re.findall(
            r"{% page_slot \"([^\"]+)\" %}", "".join((FOLDER / each).read_text() for each in TEMPLATES)
        )
    )
    assert asked == set(SLOTS)
    for paths in SLOTS.values():
        for path in paths:
            Engine.get_default().get_template(path)


@pytest.mark.parametrize("template", [each for each in TEMPLATES if each.endswith(".html")])
def test_every_form_that_changes_something_carries_its_keys(template: str) -> None:
    text = (FOLDER / template).read_text(encoding="utf-8")
    forms = re.findall(r"<form\b[^>]*method=\"post\"[^>]*>(.{0,400})", text, re.DOTALL)
    for beginning in forms:
        assert (
            '{% component "form_head"' in beginning
            or "for code, name in languages" in beginning
            or (layer_of(template) == "common" and "allauth" in template)
        )
