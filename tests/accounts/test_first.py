"""The first people and the first programme, by command: said twice it is as said once."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import Programme, User
from events.models import Event


def said(*words: str) -> list[str]:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue().splitlines()


def test_first_admin_chooses_a_password_and_enters_the_administration(client: Client, db: None) -> None:
    first, second = said("first_admin", " Chief@Example.org")
    assert first == "chief@example.org may use the administration."
    link = re.fullmatch(r"Choose a password: http://[^/]+(/accounts/password/reset/key/\S+)", second)
    assert link is not None
    form = client.get(link[1], follow=True)
    client.post(
        form.redirect_chain[-1][0], {"password1": "quartz-lantern-77", "password2": "quartz-lantern-77"}
    )
    client.post("/accounts/login/", {"login": "chief@example.org", "password": "quartz-lantern-77"})
    chief = User.objects.get()
    assert client.session["_auth_user_id"] == str(chief.pk)
    assert (chief.is_staff, chief.is_superuser) == (True, True)
    # Used, the link is worth nothing; and said again, the command changes nothing.
    assert said("first_admin", "chief@example.org") == ["chief@example.org may use the administration."]
    assert User.objects.get().has_usable_password()


def test_somebody_who_is_here_becomes_admin_and_keeps_the_password(trader: User) -> None:
    before = trader.password
    assert len(said("first_admin", trader.email.upper())) == 1
    trader.refresh_from_db()
    assert (trader.is_staff, trader.password) == (True, before)


def test_first_programme_with_its_facilitator_once(db: None) -> None:
    words = ("first_programme", "Harbour ring", "--facilitator", "fac@example.org", "--language", "de")
    first, second = said(*words)
    assert first == "Harbour ring (harbour-ring) is facilitated by fac@example.org."
    assert second.startswith("Choose a password: ")
    count = Event.objects.count()
    assert said(*words)[0] == first
    programme = Programme.objects.get()
    assert (programme.currency, programme.language, Event.objects.count()) == ("EUR", "de", count)
    assert said("first_programme", "HARBOUR RING", "--facilitator", "two@example.org")[0] == (
        "Harbour ring (harbour-ring) is facilitated by fac@example.org, two@example.org."
    )


def test_facilitator_of_a_programme_that_is_there(programme: Programme, trader: User) -> None:
    before = set(programme.facilitators.all())
    for _ in range(2):
        said("first_facilitator", programme.slug, trader.email)
        assert set(programme.facilitators.all()) == before | {trader}


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (("first_admin", "nobody"), "nobody: Enter a valid email address."),
        (("first_facilitator", "no-such", "a@example.org"), "No programme no-such; there is: none"),
        (("first_programme", "", "--facilitator", "a@example.org"), "name: This field cannot be blank."),
        (("first_programme", "A", "--facilitator", "a@example.org", "--currency", "euro"), "currency: "),
        (("first_programme", "A", "--facilitator", "here"), "email: Enter a valid email address."),
    ],
)
def test_odd_words_are_refused_and_leave_nothing(db: None, words: tuple[str, ...], answer: str) -> None:
    with pytest.raises(CommandError) as refused:
        call_command(*words)
    assert str(refused.value).startswith(answer)
    assert (User.objects.count(), Programme.objects.count()) == (0, 0)
