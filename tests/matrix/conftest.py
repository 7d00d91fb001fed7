"""The world that the matrix asks about."""

from pathlib import Path
from typing import Any

import pytest

from accounts.models import Programme, Site, User
from accounts.services.organizations import OrganizationDetails, create_organization
from accounts.services.sites import SiteDetails, create_site
from matching.models import Match
from matching.services.reviews import dismiss_match
from tests.conftest import make_user
from tests.matrix.bodies import bodies_for
from tests.matrix.objects import SECRET, Hidden, World, an_added_precedent, objects_of, plans_of
from tests.matrix.routes import ACTORS, KINDS_OF_A_DEAL, KINDS_OF_AN_ORGANIZATION


@pytest.fixture
def rivals(db: None, settings: Any, tmp_path: Path) -> dict[str, Any]:
    """Two companies that none of the actors has to do with."""
    settings.MEDIA_ROOT = tmp_path
    users = [make_user("rival@example.org"), make_user("customer@example.org")]
    sites = []
    for user in users:
        organization = create_organization(actor=user, details=OrganizationDetails(name=f"Of {user.email}"))
        details = SiteDetails("Works", "Linz", "AT", 48.3, 14.3)
        sites.append(create_site(actor=user, organization=organization, details=details))
    found = objects_of(users[0], sites[0], users[1], sites[1], "secret-of-the-rivals")
    theirs = Programme.objects.create(name="Rivals", slug="rivals")
    theirs.facilitators.add(make_user("of-the-rivals@example.org"))
    return found | plans_of(theirs.facilitators.get(), theirs)


@pytest.fixture
def world(
    seller: User,
    buyer: User,
    stranger: User,
    viewer: User,
    trader: User,
    facilitator: User,
    asnaes_site: Site,
    cement_site: Site,
    elsewhere_site: Site,
    programme: Programme,
    rivals: dict[str, Any],
    settings: Any,
    tmp_path: Path,
) -> World:
    # Neither the rate limits of other tests nor a worker's heartbeat shall count here.
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.MEDIA_ROOT = tmp_path
    settings.SHOW_LETTERS = True
    own = objects_of(seller, asnaes_site, buyer, cement_site, SECRET)
    own |= plans_of(facilitator, programme)
    dismiss_match(actor=facilitator, match=Match.objects.get(pk=own["other match"]), reason="known")
    outside = ("anonymous", "stranger")
    parties = (*outside, "viewer", "trader", "owner")
    foreign = (*outside, "facilitator")
    return World(
        actors=dict(zip(ACTORS, (None, stranger, viewer, trader, seller, facilitator), strict=True)),
        objects=own
        | {"programme": programme.slug, "resource": "coal-fly-ash"}
        | {"precedent": an_added_precedent(facilitator, programme)},
        bodies=bodies_for(asnaes_site, own),
        hidden=[
            *(
                Hidden("listing", rivals[name], f"a rival's listing: {name}")
                for name in ("draft", "paused", "among members")
            ),
            Hidden("listing", own["draft"], "a draft of Asnæs", foreign),
            Hidden("listing", own["paused"], "a paused listing of Asnæs", foreign),
            Hidden("listing", own["among members"], "for members of the programme", outside),
            Hidden("match", rivals["match"], "a match of two rivals"),
            Hidden("match", own["match"], "a match of Asnæs", outside),
            Hidden("match", own["other match"], "dismissed, for the facilitator only", parties),
            *(Hidden(kind, rivals[kind], f"a rival's {kind}") for kind in KINDS_OF_AN_ORGANIZATION),
            *(Hidden(kind, own[kind], f"the {kind} of Asnæs", foreign) for kind in KINDS_OF_AN_ORGANIZATION),
            *(Hidden(kind, rivals[kind], f"a {kind} of rivals") for kind in ("scenario", "plan run")),
            *(
                Hidden(kind, own[kind], f"a {kind}, for the facilitator only", parties)
                for kind in ("scenario", "plan run")
            ),
            Hidden("tender", rivals["tender among members"], "a rival's tender among members"),
            Hidden("tender", own["tender among members"], "a tender among members", outside),
            *(Hidden(kind, rivals[kind], f"a {kind} of two rivals") for kind in KINDS_OF_A_DEAL),
            *(Hidden(kind, own[kind], f"a {kind} of Asnæs", outside) for kind in KINDS_OF_A_DEAL),
            Hidden("claim", rivals["claim"], "a rival's claim"),
            Hidden("claim", own["claim"], "the claim of Asnæs", (*outside, "viewer", "trader", "owner")),
            Hidden("listing file", rivals["listing file"], "a data sheet of a rival's listing among members"),
            Hidden("listing file", own["listing file"], "a data sheet of Asnæs among members", outside),
            Hidden("import", rivals["import"], "a rival's file of listings"),
            Hidden("import", own["import"], "a file of Asnæs", foreign),
            *(Hidden(kind, rivals[kind], f"a {kind} to a rival") for kind in ("notification", "letter")),
            *(
                Hidden(kind, own[kind], f"a {kind} to the owner", (*foreign, "viewer", "trader"))
                for kind in ("notification", "letter")
            ),
            *(Hidden(kind, rivals[kind], f"a rival's {kind}") for kind in ("saved search", "favourite")),
            *(
                Hidden(kind, own[kind], f"the owner's {kind}", (*foreign, "viewer", "trader"))
                for kind in ("saved search", "favourite")
            ),
            Hidden("token", rivals["token"], "a rival's token"),
            Hidden("token", own["token"], "the owner's token", (*foreign, "viewer", "trader")),
        ],
    )
