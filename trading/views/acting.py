"""What the pages of this app have in common: do something, and show what was refused where it was typed."""

from collections.abc import Callable
from typing import TypeVar

from django.http import FileResponse, HttpRequest

from accounts.access import current_membership
from common.errors import AppError, Forbidden, NotFound
from trading.forms.base import TradingForm
from trading.models import DeliveryFile, SynergyFile

Result = TypeVar("Result")


def acts_for(request: HttpRequest) -> int | None:
    """Return the organization that the user acts for on the pages."""
    membership = current_membership(request)
    return membership.organization_id if membership else None


def done(request: HttpRequest, form: TradingForm, act: Callable[[], Result]) -> Result | None:
    """Return what `act` returns for a valid form; else None, with what is wrong in the form."""
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        return act()
    except (Forbidden, NotFound):
        raise
    except AppError as refusal:
        form.show_refusal(refusal)
        return None


def as_download(stored: SynergyFile | DeliveryFile) -> FileResponse:
    """Send a document under the name that it was given; never shown inside our pages."""
    response = FileResponse(
        stored.file.open("rb"), as_attachment=True, filename=stored.name, content_type=stored.content_type
    )
    response["Cache-Control"] = "private, no-store"
    return response
