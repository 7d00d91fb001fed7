"""Facilitated networks, who takes part in them, and who is asked to."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models.organizations import Organization
from accounts.models.users import User, languages


class Programme(models.Model):
    """A facilitated network: its members, its facilitators, its own scoring weights."""

    name = models.CharField(_("name"), max_length=160)
    slug = models.SlugField(max_length=80, unique=True)
    description = models.TextField(_("description"), blank=True, max_length=2000)
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    language = models.CharField(
        _("language"), max_length=10, blank=True, db_default="", default="", choices=languages
    )
    """Of its pages and letters, and of its members' pages, where nobody chose and no browser asks; empty: none."""
    weights = models.JSONField(_("scoring weights"), default=dict, blank=True)
    organizations: "models.ManyToManyField[Organization, ProgrammeMembership]" = models.ManyToManyField(
        Organization, through="ProgrammeMembership", related_name="programmes"
    )
    facilitators = models.ManyToManyField(User, related_name="facilitated_programmes", blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(currency__regex=r"^[A-Z]{3}$"), name="programme_currency_iso"
            )
        ]

    def __str__(self) -> str:
        return self.name


class ProgrammeMembership(models.Model):
    """An organization takes part in a programme."""

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="memberships")
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="programme_memberships")
    joined_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "organization"], name="programme_member_once")
        ]

    def __str__(self) -> str:
        return f"{self.organization} in {self.programme}"


class ProgrammeInvitation(models.Model):
    """A facilitator asks an organization to take part; its owners decide, since facilitators then learn who it is.

    One that is not here yet is asked by the e-mail address of a person, who answers for it once it is.
    """

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="invitations")
    organization = models.ForeignKey(
        Organization, models.CASCADE, null=True, related_name="programme_invitations"
    )
    email = models.EmailField(_("e-mail"), blank=True)
    invited_by = models.ForeignKey(User, models.CASCADE, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    # Not kept: tells whoever just invited that the mail server took no letter.
    letter_left = True

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "organization"], name="programme_invitation_once"),
            models.UniqueConstraint(
                fields=["programme", "email"],
                condition=~models.Q(email=""),
                name="programme_invitation_once_to_a_person",
            ),
            models.CheckConstraint(
                condition=models.Q(organization__isnull=False, email="")
                | (models.Q(organization__isnull=True) & ~models.Q(email="")),
                name="programme_invitation_to_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization or self.email} to {self.programme}"
