"""How two resources are related of which one is offered in place of the other, as it is, without being the same."""

from django.utils.translation import gettext as _

from catalogue.affinity.relatives import CLOSE_DEPTH, NARROW_DEPTH
from catalogue.called import called
from catalogue.models import Resource


def relation_words(offered: Resource, sought: Resource) -> str:
    """Say how they are related, as in `market.rules`; empty where the offer is what is sought, or not near it."""
    names = {"offered": called(offered.name), "sought": called(sought.name)}
    if sought.covers(offered):
        return ""
    if offered.covers(sought) and offered.depth >= NARROW_DEPTH:
        return (
            _("related, not the same: %(sought)s is one kind of %(offered)s; ask which kind is offered")
            % names
        )
    if offered.parent_id == sought.parent_id and offered.depth > CLOSE_DEPTH:
        group = offered.breadcrumb.split(" › ")[-2]
        words = _("related, not the same: %(offered)s and %(sought)s are both kinds of %(group)s")
        return words % (names | {"group": called(group)})
    return ""
