"""Letters, addresses and what was told, to look at."""

from django.contrib import admin

from common.admin import ReadOnlyAdmin
from notifications.models import Letter, MailServer, Notification, RefusedAddress


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    """What was told to whom, the newest first."""

    list_display = ("told_at", "told", "person", "channel", "read_at", "mailed_at")
    list_filter = ("kind", "channel")
    list_select_related = ("person",)
    search_fields = ("=person__email",)
    ordering = ("-pk",)


@admin.register(Letter)
class LetterAdmin(ReadOnlyAdmin):
    """Letters and what became of them, without what they say."""

    list_display = ("written_at", "to", "subject", "attempts", "sent_at", "given_up_at", "said")
    list_filter = (("sent_at", admin.EmptyFieldListFilter), ("given_up_at", admin.EmptyFieldListFilter))
    search_fields = ("=to",)
    exclude = ("text", "html", "headers")
    ordering = ("-pk",)


@admin.register(MailServer)
class MailServerAdmin(ReadOnlyAdmin):
    """Whether the mail server answers."""

    list_display = ("down_until", "failures", "said", "handing_over_until")


@admin.register(RefusedAddress)
class RefusedAddressAdmin(ReadOnlyAdmin):
    """Addresses that are not written to until their owner says so."""

    list_display = ("email", "refused_at", "said")
    search_fields = ("email",)
