"""Users, the organizations they act for, their sites, and the programmes that connect them."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.indexes import GistIndex, OpClass
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from common.geo import Point


class UserManager(BaseUserManager["User"]):
    """Creates users by e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create one user; without a password they can sign in only after setting one."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a user who may use the admin pages."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person, known by an e-mail address."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(db_default=Now())

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_any_case")]

    def __str__(self) -> str:
        return self.name or self.email


class Provenance(models.TextChoices):
    """Where a record comes from; shown wherever the record is."""

    OWN = "own", _("entered by its organization")
    DOCUMENTED = "documented", _("published case")
    ILLUSTRATIVE = "illustrative", _("illustrative")


class Organization(models.Model):
    """A company, municipality or group of farms."""

    name = models.CharField(_("name"), max_length=160)
    slug = models.SlugField(max_length=80, unique=True)
    nace_code = models.CharField(_("NACE activity"), max_length=6, blank=True)
    description = models.TextField(_("what you make"), blank=True, max_length=2000)
    website = models.URLField(_("website"), blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    provenance = models.CharField(max_length=12, choices=Provenance, default=Provenance.OWN)
    source = models.TextField(blank=True)
    findable = models.BooleanField(
        _("may be found by name and town"),
        default=False,
        db_default=False,
        help_text=_("when others look for who could use a by-product; published records are in any case"),
    )
    created_at = models.DateTimeField(db_default=Now())
    members: "models.ManyToManyField[User, Membership]" = models.ManyToManyField(
        User, through="Membership", related_name="organizations"
    )

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(currency__regex=r"^[A-Z]{3}$"), name="organization_currency_iso"
            ),
            models.CheckConstraint(
                condition=models.Q(provenance=Provenance.OWN) | ~models.Q(source=""),
                name="organization_source_named",
            ),
        ]

    def __str__(self) -> str:
        return self.name


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


class Site(models.Model):
    """A place that an organization operates."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="sites")
    name = models.CharField(_("name"), max_length=120)
    street = models.CharField(_("street and number"), max_length=200, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    town = models.CharField(_("town"), max_length=120)
    country = models.CharField(_("country"), max_length=2)
    latitude = models.FloatField(_("latitude, °"), validators=[MinValueValidator(-90), MaxValueValidator(90)])
    longitude = models.FloatField(
        _("longitude, °"), validators=[MinValueValidator(-180), MaxValueValidator(180)]
    )
    hazardous_permit = models.BooleanField(_("may take hazardous waste"), default=False)
    permit_reference = models.CharField(_("permit reference"), max_length=120, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="site_name_once"),
            models.CheckConstraint(
                condition=models.Q(latitude__gte=-90, latitude__lte=90), name="site_latitude_in_range"
            ),
            models.CheckConstraint(
                condition=models.Q(longitude__gte=-180, longitude__lte=180), name="site_longitude_in_range"
            ),
        ]
        indexes = [
            GistIndex(models.Func("latitude", "longitude", function="ll_to_earth"), name="site_place"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def point(self) -> Point:
        """The exact place."""
        return Point(self.latitude, self.longitude)


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


class Programme(models.Model):
    """A facilitated network: its members, its facilitators, its own scoring weights."""

    name = models.CharField(_("name"), max_length=160)
    slug = models.SlugField(max_length=80, unique=True)
    description = models.TextField(_("description"), blank=True, max_length=2000)
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
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
    """A facilitator asks an organization to take part; its owners decide, since facilitators then learn who it is."""

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="invitations")
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="programme_invitations")
    invited_by = models.ForeignKey(User, models.CASCADE, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "organization"], name="programme_invitation_once")
        ]

    def __str__(self) -> str:
        return f"{self.organization} to {self.programme}"


class ApiToken(models.Model):
    """A secret that lets another system act as its user; only a digest is kept."""

    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=80)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(db_default=Now())
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class Town(models.Model):
    """A town by which a site can be placed and a blurred place can be named (GeoNames, CC BY 4.0)."""

    name = models.CharField(max_length=120)
    ascii_name = models.CharField(max_length=120)
    country = models.CharField(max_length=2)
    latitude = models.FloatField()
    longitude = models.FloatField()
    population = models.PositiveIntegerField()

    class Meta:
        ordering = ["-population", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["name", "country", "latitude", "longitude"], name="town_once")
        ]
        indexes = [
            models.Index(OpClass(Lower("ascii_name"), name="text_pattern_ops"), name="town_prefix"),
            GistIndex(
                models.Func("latitude", "longitude", function="ll_to_earth"),
                name="town_place",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.country}"
