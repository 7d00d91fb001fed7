"""One style sheet out of its parts: `static/css/loopyard.css` names them in the order in which they are joined.

A line `@import "components/menu.css";` of it stands for that file. Whoever asks for static files, the server as well as
`collectstatic`, finds the sheet with its parts in place, and no part for itself: a page loads one file.
"""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import FileSystemFinder
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import FileSystemStorage

SHEET = "css/loopyard.css"
_IMPORT = re.compile(r"^@import \"([^\"]+)\";\n", re.MULTILINE)


def part_names(sheet: Path) -> list[str]:
    """Return the files that the sheet names, as it names them: by their paths from its folder."""
    return _IMPORT.findall(sheet.read_text(encoding="utf-8"))


def join_parts(sheet: Path) -> str:
    """Return the sheet's text with every part where its line stands. ImproperlyConfigured when one is missing."""

    def text_of(line: re.Match[str]) -> str:
        path = sheet.parent / line[1]
        if not path.is_file():
            raise ImproperlyConfigured(f"{sheet} names {line[1]}, and there is no such file")
        return path.read_text(encoding="utf-8")

    return _IMPORT.sub(text_of, sheet.read_text(encoding="utf-8"))


class StyleSheetFinder(FileSystemFinder):
    """Finds what lies in STATICFILES_DIRS; of the style sheet the joined one, kept in JOINED_STATIC_ROOT."""

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        """Yield every file as its path and the storage that holds it."""
        parts = _parts()
        for path, storage in super().list(ignore_patterns):
            found = Path(storage.path(path))
            if found == _sheet():
                _write_joined(found)
                yield path, FileSystemStorage(location=settings.JOINED_STATIC_ROOT)
            elif found not in parts:
                yield path, storage

    def find_location(self, root: str, path: str, prefix: str | None = None) -> str | None:
        """Return where the file lies, or None."""
        location = super().find_location(root, path, prefix)
        if location is None or Path(location) in _parts():
            return None
        return str(_write_joined(Path(location))) if Path(location) == _sheet() else location


def _sheet() -> Path:
    return Path(settings.ROOT) / "static" / SHEET


def _parts() -> set[Path]:
    return {_sheet().parent / name for name in part_names(_sheet())}


def _write_joined(sheet: Path) -> Path:
    """Bring the joined file up to date, whole at every moment: several processes start and serve at once."""
    text = join_parts(sheet)
    joined = Path(settings.JOINED_STATIC_ROOT) / SHEET
    if not joined.is_file() or joined.read_text(encoding="utf-8") != text:
        joined.parent.mkdir(parents=True, exist_ok=True)
        unfinished = joined.with_name(f"{joined.name}.{os.getpid()}")
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(joined)
    return joined
