"""Whom to invite, and what a member may do."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Invitation, Role
from common.web.forms import AppForm


class RoleField(forms.TypedChoiceField):
    """A role, with what it means."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=role_choices, coerce=Role, label=gettext_lazy("Role"), **kwargs)


def role_choices() -> list[tuple[str, str]]:
    """Return the roles with what each may do, the most careful choice last."""
    return [
        (Role.TRADER, _("Trader: lists, edits and answers")),
        (Role.OWNER, _("Owner: also manages sites and members")),
        (Role.VIEWER, _("Viewer: reads")),
    ]


class InvitationForm(AppForm):
    """Whom to invite, and as what."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        max_length=Invitation._meta.get_field("email").max_length,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = RoleField(initial=Role.TRADER, widget=forms.RadioSelect)


class RoleForm(AppForm):
    """Another role for a member."""

    role = RoleField()
