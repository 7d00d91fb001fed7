"""Every column that may hold personal data or lead to a person, and what becomes of it when a person is erased.

The test of this table fails on a column that nobody classified: each e-mail address, each reference to a person, and
each text beside such a reference.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Fate(StrEnum):
    """What becomes of a column."""

    GOES = "goes"
    """With its row, which is the person's alone."""
    REPLACED = "replaced"
    """By words that say nothing; the row stays, since others stand on it."""
    REFERENCE = "reference"
    """A key or a digest of a person of whom then nothing else is known: what was done stays somebody's doing."""
    STANDS = "stands"
    """What was said or agreed in the name of an organization, whose own it is."""
    NOTHING = "nothing"
    """A choice from a list, a number, a key: says nothing of who somebody is."""


def _columns(words: str, **fates: str) -> dict[str, Fate]:
    found = dict.fromkeys(words.split(), Fate.NOTHING)
    for fate, names in fates.items():
        found |= {name: Fate(fate) for name in names.split()}
    return found


PERSONAL: Final[Mapping[str, Mapping[str, Fate]]] = {
    "accounts.User": _columns("", replaced="email name password language"),
    "accounts.User_groups": _columns("", goes="user"),
    "accounts.User_user_permissions": _columns("", goes="user"),
    "account.EmailAddress": _columns("", goes="user email"),
    "accounts.ApiToken": _columns("", goes="user name prefix digest scope"),
    "mfa.Authenticator": _columns("type", goes="user data"),
    "usersessions.UserSession": _columns("", goes="user user_agent session_key data"),
    "accounts.Membership": _columns("", goes="user role"),
    "accounts.Invitation": _columns("", goes="email role digest", reference="invited_by"),
    "accounts.ProgrammeInvitation": _columns("", goes="email", reference="invited_by"),
    "accounts.Programme_facilitators": _columns("", goes="user"),
    "sessions.Session": _columns("", goes="session_key session_data"),
    "admin.LogEntry": _columns("object_id", replaced="object_repr change_message", reference="user"),
    "events.Event": _columns("subject_type kind request", reference="actor", stands="data"),
    "events.IdempotentRequest": _columns("", goes="key user method path body_sha256 body"),
    "notifications.Letter": _columns(
        "message_id key", goes="person to headers said", replaced="subject text html"
    ),
    "notifications.RefusedAddress": _columns("", goes="email said"),
    "notifications.Notification": _columns(
        "told kind channel key subject_type address", goes="person", replaced="words"
    ),
    "notifications.Preference": _columns("", goes="person kind channel"),
    "notifications.Reader": _columns("", goes="person timezone"),
    "listings.SavedSearch": _columns("", goes="person name address question alert"),
    "listings.Favourite": _columns("", goes="person side name"),
    "listings.Listing": _columns(
        "side unit period currency ewc_code legal_status origin_of_gas disclosure state provenance",
        stands="external_id title description reach_number place source",
        reference="created_by",
    ),
    "listings.ListingFile": _columns(
        "sha256 content_type", stands="name caption file small", reference="uploaded_by"
    ),
    "listings.ListingImport": _columns(
        "reading mapping state counts", stands="name content head refusal", reference="created_by"
    ),
    "matching.Match": _columns("state stale_reason", stands="reason remark", reference="reviewed_by"),
    "matching.MatchInterest": _columns("", reference="user"),
    "planning.Scenario": _columns("objective basis currency", stands="name changes", reference="created_by"),
    "planning.PlanRun": _columns(
        "state step digest solver size faults error", stands="inputs result answer", reference="asked_by"
    ),
    "register.PlantClaim": _columns("state", stands="remark reason", reference="user decided_by"),
    "catalogue.Precedent": _columns(
        "slug country giver_activity receiver_activity unit",
        stands="place giver receiver note source",
        reference="added_by",
    ),
    "trading.Synergy": _columns(
        "origin stage lost_reason next_step_by",
        stands="lost_remark attribution_reason next_step",
        reference="opened_by",
    ),
    "trading.SynergyMessage": _columns("", stands="text", reference="author"),
    "trading.SynergyFile": _columns("sha256 content_type", stands="name file", reference="uploaded_by"),
    "trading.Tender": _columns("state", stands="conditions", reference="opened_by decided_by"),
    "trading.Bid": _columns(
        "unit period currency carrier transport_paid_by state",
        stands="conditions decline_reason",
        reference="by decided_by",
    ),
    "trading.Agreement": _columns(
        "currency carrier transport_paid_by ewc_code treatment_operation state",
        stands="conditions supplier_permit receiver_permit container",
        reference="agreed_by",
    ),
    "trading.Delivery": _columns("kind", stands="reference note", reference="reported_by confirmed_by"),
    "trading.DeliveryFile": _columns("sha256 content_type", stands="name file", reference="uploaded_by"),
    "trading.ImpactEntry": _columns(
        "metric unit baseline factor_unit factor_key factor_source status", reference="posted_by"
    ),
}

SECRET: Final = {"password", "digest", "session_key", "session_data", "body_sha256", "sha256"}
"""What no export holds: it opens something, or says nothing to its owner."""
EXPORTED: Final[Mapping[str, str]] = {
    "accounts.User": "pk",
    "account.EmailAddress": "user",
    "accounts.ApiToken": "user",
    "usersessions.UserSession": "user",
    "accounts.Membership": "user",
    "accounts.Programme_facilitators": "user",
    "admin.LogEntry": "user",
    "events.Event": "actor",
    "events.IdempotentRequest": "user",
    "notifications.Letter": "person",
    "notifications.Notification": "person",
    "notifications.Preference": "person",
    "notifications.Reader": "person",
    "listings.SavedSearch": "person",
    "listings.Favourite": "person",
    "listings.Listing": "created_by",
    "listings.ListingImport": "created_by",
    "matching.MatchInterest": "user",
    "planning.Scenario": "created_by",
    "planning.PlanRun": "asked_by",
    "register.PlantClaim": "user",
    "trading.SynergyMessage": "author",
    "trading.Synergy": "opened_by",
    "trading.Tender": "opened_by",
    "trading.Bid": "by",
    "trading.Agreement": "agreed_by",
    "trading.Delivery": "reported_by",
}
"""Model → the column that says whose a row is; files are named, not contained."""
