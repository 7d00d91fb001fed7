"""What is forgotten, what is not, and on which day."""

from datetime import timedelta
from io import StringIO

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.utils import timezone

from accounts.models import Invitation, Organization, Role, User
from accounts.services.members import invite_member
from events.models import Event, Job
from exchange.keeping.retention import forget_old
from exchange.tasks import forget_old as daily
from notifications.models import Letter
from trading.models import Agreement

DAY = timedelta(days=1)


def test_a_row_goes_on_the_day_after_its_last_and_not_before(seller: User, asnaes: Organization) -> None:
    now = timezone.now()
    for age in (29 * DAY, 31 * DAY):
        Letter.objects.create(
            to="a@example.org", subject="x", text="x", message_id=f"<{age}>", sent_at=now - age
        )
    for age in (89 * DAY, 91 * DAY):
        invitation = invite_member(
            actor=seller, organization=asnaes, email=f"p{age.days}@example.org", role=Role.VIEWER
        )
        Invitation.objects.filter(pk=invitation.pk).update(expires_at=now - age)
    Session.objects.create(session_key="over", session_data="", expire_date=now - timedelta(minutes=1))
    Session.objects.create(session_key="lasts", session_data="", expire_date=now + timedelta(minutes=1))
    events = Event.objects.count()
    done, young, failed, open_job = (
        Job.objects.create(
            event=Event.objects.latest("pk"), task=f"t{n}", subject_type="x", subject_id=1, sequence=1
        )
        for n in range(4)
    )
    Job.objects.filter(pk=done.pk).update(done_at=now - 31 * DAY)
    Job.objects.filter(pk=young.pk).update(done_at=now - 29 * DAY)
    Job.objects.filter(pk=failed.pk).update(failed_at=now - 400 * DAY)
    kept = forget_old()
    assert (kept["sessions"], kept["invitations"], kept["done jobs"], kept["letters"]) == (1, 1, 1, 1)
    assert [session.pk for session in Session.objects.all()] == ["lasts"]
    assert Invitation.objects.get().email == "p89@example.org"
    assert not Job.objects.filter(pk=done.pk).exists()
    assert Job.objects.filter(pk__in=[young.pk, failed.pk, open_job.pk]).count() == 3
    assert Event.objects.count() == events
    assert daily() == 0


def test_days_are_those_of_the_settings(settings: object, db: None) -> None:
    settings.KEEP_LETTERS_DAYS = 2  # type: ignore[attr-defined]
    Letter.objects.create(
        to="a@example.org", subject="x", text="x", message_id="<1>", sent_at=timezone.now() - 3 * DAY
    )
    said = StringIO()
    call_command("forget_old", stdout=said)
    assert "1 letters" in said.getvalue()
    assert not Letter.objects.exists()


@pytest.mark.django_db
def test_a_deal_outlives_everything(flow: Agreement) -> None:
    before = Event.objects.count()
    forget_old()
    assert Agreement.objects.filter(pk=flow.pk).exists()
    assert Event.objects.count() == before
    assert settings.CELERY_BEAT_SCHEDULE["forget old"]["task"] == "exchange.tasks.forget_old"
