"""What the inbox shows."""

from typing import Final

import django_filters
from drf_spectacular.utils import extend_schema_field

from accounts.access import AnyUser
from common.web.filters import YesNoFilter
from notifications.access import own_notifications
from notifications.models import Kind, Notification

MOST_COUNTED: Final = 100


def unread_count(user: AnyUser) -> int:
    """Return how much the user has not read, counted up to 100: one query, in an index of the unread alone."""
    unread = Notification.objects.filter(person_id=user.pk or 0, read_at__isnull=True)
    return unread.order_by()[:MOST_COUNTED].count()


class NotificationFilter(django_filters.FilterSet):
    """Narrows the inbox."""

    unread = extend_schema_field({"type": "boolean", "description": "false: only what is read"})(
        YesNoFilter(method="of_unread")
    )
    kind = django_filters.ChoiceFilter(choices=Kind.choices)

    def of_unread(self, notifications: object, name: str, unread: bool | None) -> object:
        """Keep what is unread, or what is read."""
        found = own_notifications(self.request.user)
        return found if unread is None else found.filter(read_at__isnull=unread)
