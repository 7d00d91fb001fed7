"""Users, the organizations they act for, their sites, and the programmes that connect them."""

from accounts.models.members import Invitation, Membership, Role
from accounts.models.organizations import Organization, Provenance
from accounts.models.programmes import Programme, ProgrammeInvitation, ProgrammeMembership
from accounts.models.sites import OPERATIONS, Site
from accounts.models.tokens import ApiToken, Scope
from accounts.models.towns import Town, TownName, TownRelease
from accounts.models.users import User, UserManager

__all__ = [
    "OPERATIONS",
    "ApiToken",
    "Invitation",
    "Membership",
    "Organization",
    "Programme",
    "ProgrammeInvitation",
    "ProgrammeMembership",
    "Provenance",
    "Role",
    "Scope",
    "Site",
    "Town",
    "TownName",
    "TownRelease",
    "User",
    "UserManager",
]
