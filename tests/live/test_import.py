"""A worker that is killed while it writes a table leaves nothing, and the next one writes all of it, once."""

import pytest

from tests.live.house import House
from tests.proof import examples, if_proving

pytestmark = [pytest.mark.live, pytest.mark.mass, if_proving]

ROWS = examples(2_000, 20_000)
WRONG = ROWS // 100
OPEN_JOBS = "SELECT count(*) FROM events_job WHERE done_at IS NULL AND failed_at IS NULL"
STATE = "SELECT count(*) FROM listings_listingimport WHERE state = '{}'"
OPEN_PARTITIONS = "SELECT count(*) FROM matching_matchpartition WHERE done_at IS NULL"
STARTED = (
    "SELECT count(*) FROM events_job WHERE task = 'listings.tasks.write_import' "
    "AND started_at < now() - interval '{} milliseconds'"
)


def test_table_is_listed_once_though_its_worker_is_killed(house: House) -> None:
    house.start("worker")
    house.start("beat")
    assert house.start_shell(f"from tests.live.send import send; send({ROWS})").wait(timeout=60) == 0
    house.wait_until(lambda: house.number(STATE.format("checked")) == 1, patience_s=120)
    assert house.number("SELECT count(*) FROM listings_importproblem") == WRONG
    assert house.start_shell("from tests.live.send import take; take()").wait(timeout=60) == 0
    for after_ms in (300, 900):
        house.wait_until(lambda ms=after_ms: house.number(STARTED.format(ms)) == 1, patience_s=60)  # type: ignore[misc]
        house.kill("worker")
        killed_in_time = house.number(STATE.format("writing"))
        assert house.number("SELECT count(*) FROM listings_listing") in (0, ROWS - WRONG)
        house.start("worker")
        if not killed_in_time:
            break
    house.wait_until(lambda: house.number(STATE.format("done")) == 1, patience_s=180)
    house.wait_until(lambda: house.number(OPEN_JOBS) == 0, patience_s=120)
    assert house.number("SELECT count(*) FROM listings_listing WHERE state = 'published'") == ROWS - WRONG
    assert house.number("SELECT count(*) FROM events_event WHERE kind = 'listing.published'") == ROWS - WRONG
    assert house.number("SELECT count(*) FROM events_job WHERE task = 'matching.tasks.match_listing'") == 0
    house.wait_until(lambda: house.number(OPEN_PARTITIONS) == 0, patience_s=120)
    assert house.number("SELECT count(*) FROM matching_matchrun") >= 1
