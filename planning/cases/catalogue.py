"""The published cases by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from planning.cases.case import Case

CASES: Final[Mapping[str, Case]] = {}
"""As `manage.py plan_case NAME` takes them."""
