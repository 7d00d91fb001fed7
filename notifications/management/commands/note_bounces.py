"""Notes letters that came back: a mail system pipes each report in, or a mailbox of them is read."""

import mailbox
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError

from notifications.services.bounces import LARGEST_BYTES, read_bounces, take_bounce

TRY_AGAIN: Final = 75
"""EX_TEMPFAIL: the mail system keeps the report and pipes it in again."""


class Command(BaseCommand):
    """`manage.py note_bounces < report`, or `manage.py note_bounces --mbox FILE`."""

    help = "Note what mail systems report of letters that did not arrive (RFC 3464), from stdin or a mailbox file."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the mailbox."""
        parser.add_argument("--mbox", type=Path, help="a mailbox file (mbox) of reports; left as it is")

    def handle(self, *args: Any, **options: Any) -> None:
        """Note all; what is no report of ours is passed over, since it would only come back again."""
        done = {"refused": 0, "noted": 0, "unknown": 0}
        reports = no_report = 0
        try:
            for raw in self._messages(options["mbox"]):
                bounces = read_bounces(raw)
                reports += bool(bounces)
                no_report += not bounces
                for bounce in bounces:
                    done[take_bounce(bounce)] += 1
        except OperationalError as error:
            raise CommandError(f"the database does not answer: {error}", returncode=TRY_AGAIN) from None
        self.stdout.write(
            f"{reports} reports: {done['refused']} addresses refused, {done['noted']} letters noted, "
            f"{done['unknown']} of no letter of ours; {no_report} messages are no report"
        )

    def _messages(self, path: Path | None) -> Iterator[bytes]:
        if path is None:
            raw = sys.stdin.buffer.read(LARGEST_BYTES + 1)
            if len(raw) > LARGEST_BYTES:
                # A mail system would try again for days what never gets smaller.
                self.stderr.write(f"passed over: a report has at most {LARGEST_BYTES} bytes")
                return
            yield raw
            return
        if not path.is_file():
            raise CommandError(f"--mbox: there is no file {path}")
        box = mailbox.mbox(path, create=False)
        try:
            for key in box.iterkeys():
                yield box.get_bytes(key)[:LARGEST_BYTES]
        finally:
            box.close()
