"""What people are told of, as they choose it, and by which way."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What a notification is about: each can be told another way."""

    MATCH = "match", _("New match")
    INTEREST = "interest", _("Interest")
    ENQUIRY = "enquiry", _("Enquiry")
    BID = "bid", _("Bid")
    COUNTER = "counter", _("Counter-bid")
    ACCEPTANCE = "acceptance", _("Acceptance")
    MESSAGE = "message", _("Message")
    DOCUMENT = "document", _("Document")
    DELIVERY = "delivery", _("Delivery")
    DEADLINE = "deadline", _("Deadline")
    EXPIRY = "expiry", _("Expiry")
    SEARCH = "search", _("Saved search")
    STALE = "stale", _("Deal that went quiet")
    DEAL = "deal", _("Course of a deal")
    INVITATION = "invitation", _("Invitation")
    ORGANIZATION = "organization", _("Your organization")
    ADDRESS = "address", _("Your e-mail address")


class Channel(models.TextChoices):
    """How somebody is told; every way but `off` also stands in the inbox."""

    OFF = "off", _("Not at all")
    INBOX = "inbox", _("In the inbox only")
    AT_ONCE = "at_once", _("By e-mail, at once")
    DAILY = "daily", _("By e-mail, once a day")
    WEEKLY = "weekly", _("By e-mail, once a week")


IN_DIGESTS = (Channel.DAILY, Channel.WEEKLY)
