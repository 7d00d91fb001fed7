"""Who belongs to which organization in what role, and who is invited to."""

from django.db import models
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from accounts.models.organizations import Organization
from accounts.models.users import User


class Role(models.TextChoices):
    """What a member may do for the organization."""

    OWNER = "owner", _("owner")
    TRADER = "trader", _("trader")
    VIEWER = "viewer", _("viewer")


class Membership(models.Model):
    """A person's role in an organization."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=8, choices=Role)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["user", "organization"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.user} ({self.role}, {self.organization})"


class Invitation(models.Model):
    """An offer of membership, sent to an e-mail address; only a digest of its secret is kept."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="invitations")
    email = models.EmailField(_("e-mail"))
    role = models.CharField(_("role"), max_length=8, choices=Role, default=Role.TRADER)
    digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, models.CASCADE, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    # Not kept: tells whoever just invited that the mail server took no letter.
    letter_left = True

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                "organization",
                condition=models.Q(accepted_at__isnull=True),
                name="invitation_open_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.email} to {self.organization}"
