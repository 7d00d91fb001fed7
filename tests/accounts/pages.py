"""What the tests of this app's pages share."""

from collections.abc import Callable
from typing import Any

from django.test import Client

from accounts.models import Membership, Organization, User

ClientOf = Callable[[User | None], Client]


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def role_of(user: User, organization: Organization) -> str:
    return Membership.objects.get(user=user, organization=organization).role
