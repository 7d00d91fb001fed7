"""Whom to invite, and what a member may do."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Invitation, Membership, Role
from accounts.services.members import current_role
from common.web.forms import AppForm


class RoleField(forms.TypedChoiceField):
    """A role, with what it means."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("choices", role_choices)
        super().__init__(coerce=Role, label=gettext_lazy("Role"), **kwargs)


def role_choices() -> list[tuple[str, str]]:
    """Return the roles with what each may do, the most careful choice last."""
    return [
        (Role.TRADER, _("Trader: lists, edits and answers")),
        (Role.OWNER, _("Owner: also manages sites and members")),
        (Role.VIEWER, _("Viewer: reads")),
    ]


def short_role_choices() -> list[tuple[str, str]]:
    """Return the roles by name alone, for a list of members."""
    return [(str(code), capfirst(str(label))) for code, label in Role.choices]


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

    role = RoleField(choices=short_role_choices)

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        # Many stand on one page.
        super().__init__(
            *args, current=current_role(membership), auto_id=f"member-{membership.pk}-%s", **kwargs
        )
