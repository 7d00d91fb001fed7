"""What the services of this app share: how texts are cleaned, what is refused, and details laid over what stands."""

import re
from collections.abc import Collection
from dataclasses import asdict, fields, replace
from typing import Any, Final, TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from accounts.models import Organization, Programme, Site
from accounts.selectors.towns import country_names
from common.currencies import is_currency
from common.errors import Invalid
from common.reading.text import clean_code, clean_line, clean_text

Details = TypeVar("Details", bound=Any)

NACE: Final = re.compile(r"^(?:[A-U]|[0-9]{2}(\.[0-9]{1,2})?)\Z")


def cleaned(details: Details, model: type[models.Model]) -> Details:
    """Return the details with every text as a person means it: composed, on one line where the field is one, no
    invisible characters; codes in plain ones.
    """
    texts = {}
    for field in fields(details):
        value = getattr(details, field.name)
        if not isinstance(value, str):
            continue
        if isinstance(model._meta.get_field(field.name), models.TextField):
            texts[field.name] = clean_text(value)
        elif field.name == "nace_code":
            texts[field.name] = clean_code(value, "NACE")
        elif field.name in ("currency", "country"):
            texts[field.name] = clean_code(value)
        else:
            texts[field.name] = clean_line(value)
    return replace(details, **texts)


def check_fields(instance: models.Model, but: str = "") -> None:
    """Raise `Invalid` for values that their fields refuse; asks the database nothing."""
    wrong = _wrong_codes(instance)
    try:
        instance.clean_fields(exclude={but, *wrong})
    except ValidationError as error:
        wrong |= error.message_dict
    if wrong:
        raise Invalid(wrong)


def check_instance(instance: models.Model, *, but: Collection[str] = ()) -> None:
    """Raise `Invalid` with the fields of Django's own validation, except those in `but`, and for unknown codes."""
    # What has not happened yet (`accepted_at`, `revoked_at`) is nobody's input.
    unset = [
        field.name
        for field in instance._meta.fields
        if field.null and field.value_from_object(instance) is None
    ]
    wrong = _wrong_codes(instance)
    try:
        instance.full_clean(exclude=[*unset, *but, *wrong])
    except ValidationError as error:
        wrong |= error.message_dict
    if wrong:
        raise Invalid(wrong)


def _wrong_codes(instance: models.Model) -> dict[str, list[str]]:
    wrong = {}
    if isinstance(instance, Organization | Programme) and not is_currency(instance.currency):
        wrong["currency"] = [_("Use a currency of ISO 4217: three capital letters, as EUR.")]
    if isinstance(instance, Organization) and instance.nace_code and not NACE.fullmatch(instance.nace_code):
        wrong["nace_code"] = [_("A NACE Rev. 2 code such as 35.11, or its division, 35.")]
    if isinstance(instance, Site) and instance.country not in country_names():
        wrong["country"] = [_("Use the code of a country of ISO 3166-1: two capital letters, as DK.")]
    return wrong


def current_details(instance: Organization | Site, details: type[Any]) -> dict[str, Any]:
    """Return what `details` says as it stands now: what a partial change is laid over, and what makes a version."""
    return {field.name: getattr(instance, field.name) for field in fields(details)}


def put_details(instance: models.Model, details: Any) -> list[str]:
    """Put the details on the instance; return the names of the fields that changed."""
    changed = [name for name, value in asdict(details).items() if getattr(instance, name) != value]
    for name in changed:
        setattr(instance, name, getattr(details, name))
    return changed
