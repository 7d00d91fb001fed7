"""What the services of this app share: validation of instances, and details laid over them."""

from dataclasses import asdict, fields
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from accounts.models import Organization, Site
from common.errors import Invalid


def check_fields(instance: models.Model, but: str = "") -> None:
    """Raise `Invalid` for values that their fields refuse; asks the database nothing."""
    try:
        instance.clean_fields(exclude={but})
    except ValidationError as error:
        raise Invalid(error.message_dict) from error


def check_instance(instance: models.Model) -> None:
    """Raise `Invalid` with the fields of Django's own validation."""
    # What has not happened yet (`accepted_at`, `revoked_at`) is nobody's input.
    unset = [
        field.name
        for field in instance._meta.fields
        if field.null and field.value_from_object(instance) is None
    ]
    try:
        instance.full_clean(exclude=unset)
    except ValidationError as error:
        raise Invalid(error.message_dict) from error


def current_details(instance: Organization | Site, details: type[Any]) -> dict[str, Any]:
    """Return the values that a partial change is laid over: those of `details` as they stand now."""
    return {field.name: getattr(instance, field.name) for field in fields(details)}


def put_details(instance: models.Model, details: Any) -> list[str]:
    """Put the details on the instance; return the names of the fields that changed."""
    changed = [name for name, value in asdict(details).items() if getattr(instance, name) != value]
    for name in changed:
        setattr(instance, name, getattr(details, name))
    return changed
