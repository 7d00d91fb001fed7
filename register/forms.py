"""What a company says to claim a plant, and a facilitator to refuse it."""

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.utils.translation import gettext_lazy

from accounts.models import Organization, Site
from common.web.fields import LineField
from common.web.forms import AppForm
from register.services.claims import LONGEST_REMARK

if TYPE_CHECKING:
    SiteField = forms.ModelChoiceField[Site]
else:  # at run time this class takes no parameter
    SiteField = forms.ModelChoiceField


class ClaimForm(AppForm):
    """At which of the organization's sites a plant stands, and how a facilitator can tell."""

    site = SiteField(
        Site.objects.none(),
        label=gettext_lazy("Your site"),
        required=False,
        empty_label=gettext_lazy("within 2 km, or a new one"),
        error_messages={"invalid_choice": gettext_lazy("Choose one of your own sites.")},
    )
    remark = LineField(
        label=gettext_lazy("How can a facilitator tell?"), required=False, max_length=LONGEST_REMARK
    )

    def __init__(self, *args: Any, organization: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sites = organization.sites.all()
        cast("forms.ModelChoiceField[Site]", self.fields["site"]).queryset = sites
        if not self.is_bound and not sites:
            del self.fields["site"]


class RefusalForm(AppForm):
    """Why a claim is not believed."""

    reason = LineField(
        label=gettext_lazy("Why not?"),
        max_length=LONGEST_REMARK,
        error_messages={"required": gettext_lazy("Say why; the company reads it.")},
    )

    def __init__(self, *args: Any, claim_id: int, **kwargs: Any) -> None:
        # Many stand on one page.
        super().__init__(*args, auto_id=f"claim-{claim_id}-%s", **kwargs)
        self.fields["reason"].widget.attrs["placeholder"] = gettext_lazy("Why not?")
