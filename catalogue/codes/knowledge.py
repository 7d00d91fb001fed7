"""What the search for waste codes is built of: codes with their texts, and names that lead to them. No Django."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class NameSource(StrEnum):
    """Where a name stands."""

    OFFICIAL = "official"
    NAME = "name"
    EVERYDAY = "everyday"
    RESOURCE = "resource"
    ORIGIN = "origin"


@dataclass(frozen=True)
class WasteCode:
    """A six-digit code with its official texts; `entry_type` is AH, AN, MH or MN."""

    code: str
    english: str
    german: str
    hazardous: bool
    entry_type: str


@dataclass(frozen=True)
class KnownName:
    """A text that leads to codes, the likeliest first; `owner` is the slug where it names a resource.

    `language` by ISO 639-1: German words of no known meaning are taken apart. What is `no_waste` (steam, hydrogen) has
    no code.
    """

    text: str
    codes: tuple[str, ...]
    source: NameSource
    owner: str = ""
    language: str = "en"
    no_waste: bool = False


@dataclass(frozen=True)
class CodeKnowledge:
    """All that the search knows. `origins` holds texts by code of two or four digits, `words` what a word means."""

    codes: tuple[WasteCode, ...]
    names: tuple[KnownName, ...]
    origins: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
