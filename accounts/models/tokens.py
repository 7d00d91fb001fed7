"""API tokens."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models.users import User


class Scope(models.TextChoices):
    """What a token lets another system do."""

    WRITE = "write", _("read and write")
    READ = "read", _("read only")


class ApiToken(models.Model):
    """A secret that lets another system act as its user; only a digest is kept."""

    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=80)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(db_default=Now())
    scope = models.CharField(_("scope"), max_length=5, choices=Scope, default=Scope.WRITE, db_default="write")
    expires_at = models.DateTimeField(null=True)
    """From here on it is refused; null: never."""
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
