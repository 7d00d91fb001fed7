"""What the pages of this app have in common."""

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.access import current_membership
from common.web.forms import AppForm
from trading.selectors.terms_in_words import TermRow


def acts_for(request: HttpRequest) -> int | None:
    """Return the organization that the user acts for on the pages."""
    membership = current_membership(request)
    return membership.organization_id if membership else None


def all_words(form: AppForm) -> str:
    """Return everything that is wrong with a form that is not shown again, as one text."""
    return " ".join(str(text) for texts in form.errors.values() for text in texts)


@dataclass(frozen=True)
class Question:
    """What a page asks before it binds: what will hold then, and the button. `fields` are sent along, as they are."""

    title: str
    lead: str
    button: str
    back: str
    """Where the way back leads."""
    back_label: str
    rows: list[TermRow] = field(default_factory=list)
    before: str = ""
    """What the rows' `was` is: the heading of its column; empty: they are compared with nothing."""
    note: str = ""
    tone: str = "primary"
    fields: dict[str, Any] = field(default_factory=dict)
    to: str = ""
    """Where the answer is sent; empty: to the page's own address."""


def ask(request: HttpRequest, question: Question, *, problem: str = "", status: int = 200) -> HttpResponse:
    """Show what would hold, with the button that makes it so; `problem`: why it was refused just now."""
    context = {"question": question, "problem": problem}
    return render(request, "trading/confirm.html", context, status=status)
