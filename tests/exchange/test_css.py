"""The style sheet: joined from its parts, each once and in order; no rule for what no page has."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.messages.constants import DEFAULT_TAGS
from django.contrib.staticfiles import finders
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import FileSystemStorage
from django.core.management import call_command
from django.test import Client
from django.utils.functional import LazyObject

from catalogue.models import Basis, Kind
from common.web.stylesheet import SHEET, StyleSheetFinder, join_parts, part_names
from listings.models import Side

ROOT = Path(settings.ROOT)
CSS = ROOT / "static" / "css"
LOOPYARD = ROOT / "static" / SHEET
ALONE = CSS / "api.css"
"""The page around Swagger UI has no other sheet of ours: Swagger's own .btn, .table and .tag are not ours."""
PARTS = sorted(
    path.relative_to(CSS).as_posix() for path in CSS.rglob("*.css") if path not in (LOOPYARD, ALONE)
)
LONGEST = 500
APPS = (
    "common",
    "accounts",
    "catalogue",
    "listings",
    "register",
    "matching",
    "trading",
    "planning",
    "exchange",
)

# What a template writes as `kind-{{ … }}`, and what can follow.
COMPUTED = {
    "basis-": set(Basis.values),
    "depth-": {str(depth) for depth in range(5)},
    "kind-": set(Kind.values),
    "notice-": set(DEFAULT_TAGS.values()),
    "side-": set(Side.values),
}
# What others' scripts write into the page, and we restyle: where it begins so, it must occur in that file.
OF_OTHERS = {
    "leaflet-": "vendor/leaflet-1.9.4/leaflet.css",
    "htmx-": "django_htmx/htmx-2.js",
    "swagger-ui": "drf_spectacular_sidecar/swagger-ui-dist/swagger-ui.css",
    "opblock": "drf_spectacular_sidecar/swagger-ui-dist/swagger-ui.css",
    "info": "drf_spectacular_sidecar/swagger-ui-dist/swagger-ui.css",
    "title": "drf_spectacular_sidecar/swagger-ui-dist/swagger-ui.css",
    "url": "drf_spectacular_sidecar/swagger-ui-dist/swagger-ui.css",
    "version-stamp": "drf_spectacular_sidecar/swagger-ui-dist/swagger-ui.css",
    "authorize": "drf_spectacular_sidecar/swagger-ui-dist/swagger-ui.css",
}


# --- joining ------------------------------------------------------------------------------------------------
def text_of(part: str) -> str:
    return (CSS / part).read_text(encoding="utf-8")


def test_sheet_names_every_part_once() -> None:
    assert sorted(part_names(LOOPYARD)) == PARTS


def test_joined_sheet_holds_each_part_once_and_in_order() -> None:
    joined = join_parts(LOOPYARD)
    places = [joined.index(text_of(name)) for name in part_names(LOOPYARD)]
    assert places == sorted(places)
    assert [joined.count(text_of(name)) for name in part_names(LOOPYARD)] == [1] * len(PARTS)
    rules = sum(text_of(name).count("{") for name in PARTS)
    assert joined.count("{") == rules
    assert "@import" not in joined


def test_general_comes_before_special() -> None:
    order = [name.split("/")[0] for name in part_names(LOOPYARD)]
    assert list(dict.fromkeys(order)) == [
        *(
            "fonts.css",
            "tokens.css",
            "base.css",
            "shell.css",
            "components",
            "helpers.css",
            "apps",
            "print.css",
        )
    ]


@pytest.mark.parametrize("part", [*PARTS, "api.css", "loopyard.css"])
def test_file_is_short_and_its_braces_match(part: str) -> None:
    text = text_of(part)
    assert text.count("\n") < LONGEST
    assert text.count("{") == text.count("}")
    assert text.endswith("\n")


def test_missing_part_is_named(tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.css"
    sheet.write_text('@import "a.css";\n@import "components/b.css";\n', encoding="utf-8")
    (tmp_path / "a.css").write_text("a {}\n", encoding="utf-8")
    with pytest.raises(ImproperlyConfigured, match=r"components/b\.css"):
        join_parts(sheet)


def test_server_gives_the_sheet_and_no_part(client: Client) -> None:
    answer = client.get(f"/static/{SHEET}")
    assert answer.headers["Content-Type"] == 'text/css; charset="utf-8"'
    assert b"".join(answer).decode() == join_parts(LOOPYARD)
    assert client.get("/static/css/api.css").status_code == 200
    for part in ("tokens.css", "components/menu.css"):
        assert client.get(f"/static/css/{part}").status_code == 404
        assert finders.find(f"css/{part}") is None


def test_changed_part_is_in_the_sheet_at_the_next_look(
    tmp_path: Path, settings: LazyObject, monkeypatch: pytest.MonkeyPatch
) -> None:
    css = tmp_path / "static" / "css"
    css.mkdir(parents=True)
    (css / "loopyard.css").write_text('@import "a.css";\n', encoding="utf-8")
    (css / "a.css").write_text("a {}\n", encoding="utf-8")
    for name, value in (
        ("ROOT", tmp_path),
        ("STATICFILES_DIRS", [css.parent]),
        ("JOINED_STATIC_ROOT", tmp_path / "joined"),
    ):
        setattr(settings, name, value)
    finder = StyleSheetFinder()
    (css / "a.css").write_text("b {}\n", encoding="utf-8")
    found = finder.find(SHEET)
    assert found is not None
    assert Path(found).read_text(encoding="utf-8") == "b {}\n"
    assert [path.name for path in (tmp_path / "joined" / "css").iterdir()] == ["loopyard.css"]
    assert [(path, storage.location) for path, storage in finder.list(None)] == [
        (SHEET, str(tmp_path / "joined"))
    ]


def test_image_build_collects_the_sheet_under_a_hashed_name(tmp_path: Path, settings: LazyObject) -> None:
    storage = {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": storage}  # type: ignore[attr-defined]
    settings.STATIC_ROOT = str(tmp_path)
    others = ["admin", "drf_spectacular_sidecar", "rest_framework", "django_htmx", "*.js", "*.json", "map"]
    call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=others)
    collected = FileSystemStorage(location=tmp_path / "css").listdir("")
    assert collected[0] == []
    names = sorted(re.sub(r"\.[0-9a-f]{12}\.", ".HASH.", name) for name in collected[1])
    assert names == ["api.HASH.css", "api.css", "loopyard.HASH.css", "loopyard.css"]
    hashed = next(path for path in (tmp_path / "css").glob("loopyard.*.css"))
    fonts = re.findall(r"url\(\"([^\"]+)\"\)", hashed.read_text(encoding="utf-8"))
    assert len(fonts) == 2
    assert all((hashed.parent / font).is_file() for font in fonts)


def test_pages_link_the_one_sheet() -> None:
    links = {
        path.name: sheet
        for path in (ROOT / "templates").rglob("*.html")
        for sheet in re.findall(r"static 'css/([^']+)'", path.read_text(encoding="utf-8"))
    }
    assert links == {"base.html": "loopyard.css", "bare.html": "loopyard.css", "swagger_ui.html": "api.css"}


# --- what is used -------------------------------------------------------------------------------------------
_TAG = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)
_CLASS_ATTRIBUTE = re.compile(r"\bclass=(\"(?:{%.*?%}|{{.*?}}|[^\"])*\"|'[^']*')", re.DOTALL)
_QUOTED = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'|`[^`\n]*`")
_WORD = re.compile(r"[A-Za-z][\w-]*")


def classes_in_template(text: str) -> Iterator[str]:
    """Yield the words of every class attribute; what ends at a tag, as `kind-` of `kind-{{ … }}`, with its hyphen."""
    text = re.sub(r"{#.*?#}", "", text)
    for value in _CLASS_ATTRIBUTE.findall(text):
        yield from _WORD.findall(_TAG.sub(" ", value))
    for value in re.findall(r"{% block body_class %}(.*?){% endblock %}", text):
        yield from _WORD.findall(value)


def classes_in_code(text: str) -> Iterator[str]:
    """Yield every quoted word of the lines that speak of classes."""
    for line in text.splitlines():
        if re.search(r"class(?!_|\w*\()", line, re.IGNORECASE):
            for quoted in _QUOTED.findall(line):
                yield from _WORD.findall(quoted)


@cache
def classes_written() -> frozenset[str]:
    found: set[str] = set()
    for path in (ROOT / "templates").rglob("*.html"):
        found.update(classes_in_template(path.read_text(encoding="utf-8")))
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            if path.parent.name == "templatetags" or "forms" in (path.stem, path.parent.name):
                found.update(classes_in_code(path.read_text(encoding="utf-8")))
    for path in (ROOT / "static" / "js").glob("*.js"):
        found.update(classes_in_code(path.read_text(encoding="utf-8")))
    return frozenset(found)


def is_used(name: str) -> bool:
    if name in classes_written():
        return True
    if any(name.startswith(start) and name.removeprefix(start) in ends for start, ends in COMPUTED.items()):
        return True
    return any(name.startswith(start) and name in text_of_others(file) for start, file in OF_OTHERS.items())


@cache
def text_of_others(file: str) -> str:
    found = finders.find(file)
    assert found is not None
    return Path(found).read_text(encoding="utf-8")


def selectors(css: str) -> Iterator[str]:
    """Yield what stands before each brace, of the rules alone."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    for selector in re.findall(r"([^{};]+){", css):
        if not selector.strip().startswith("@"):
            yield re.sub(r"\"[^\"]*\"", "", " ".join(selector.split()))


def unused(css: str) -> list[str]:
    """Return every selector with a class or an id that nothing writes."""
    ids = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "templates").rglob("*.html"))
    return [
        f"{selector}: {name}"
        for selector in selectors(css)
        for name in re.findall(r"[.#][A-Za-z][\w-]*", selector)
        if not (is_used(name[1:]) if name[0] == "." else f'id="{name[1:]}"' in ids)
    ]


@pytest.mark.parametrize("part", [*PARTS, "api.css"])
def test_every_rule_is_for_something_that_a_page_can_have(part: str) -> None:
    assert unused(text_of(part)) == []


def test_control_a_rule_for_nothing_is_found() -> None:
    css = """
    .panel > .no-such-word, #announcer { margin: 0 }
    @media print { .kind-wood .btn { margin: 0 } .leaflet-nothing, #no-such-thing { top: 0.5rem } }
    """
    assert [line.split(": ")[1] for line in unused(css)] == [
        ".no-such-word",
        ".kind-wood",
        ".leaflet-nothing",
        "#no-such-thing",
    ]


def test_what_is_computed_is_computed_somewhere() -> None:
    assert COMPUTED.keys() <= classes_written()


def test_every_variable_is_given_and_taken() -> None:
    css = join_parts(LOOPYARD)
    scripts = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "static" / "js").glob("*.js"))
    given = {name for name in re.findall(r"(--[\w-]+):", css) if not name.startswith("--tblr-")}
    taken = set(re.findall(r"var\((--[\w-]+)", css)) | set(re.findall(r"\"(--[\w-]+)\"", scripts))
    marks = {
        f"--{kind}-mark" for kind in (*Kind.values, "site")
    }  # scripts ask for the marks of kinds by their names
    styles = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "templates").rglob("*.html"))
    given_by_pages = set(re.findall(r"style=\"(--[\w-]+):", styles))
    assert given - taken - marks == set()
    assert taken - given - given_by_pages == set()
