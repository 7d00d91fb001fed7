"""What was typed into the form of a listing, as it would be on the market, where no script asks for it."""

from django import template

from listings.forms.listings import ListingForm
from matching.views.previews import Preview, preview_of

register = template.Library()


@register.simple_tag(takes_context=True)
def listing_preview(context: template.Context, form: ListingForm) -> Preview | None:
    """`{% listing_preview form as preview %}`: of a form that was sent."""
    return preview_of(context["request"].user, form.data, form.organization)
