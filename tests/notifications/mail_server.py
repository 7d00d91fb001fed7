"""A small mail server in a process of its own: what it answered “250” to is on the disk, whatever kills it then.

`python -m tests.notifications.mail_server FOLDER PORT`. A letter is a file in `FOLDER/new`, called by its Message-ID
and by something else for each time that it came; `FOLDER/refuses` names addresses that it refuses, one a line.
"""

import asyncio
import os
import sys
from email import message_from_bytes
from hashlib import sha256
from pathlib import Path

from django.utils.crypto import get_random_string


class MailServer:
    """Speaks as much SMTP as a sender needs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "new").mkdir(parents=True, exist_ok=True)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Talk to one sender until it leaves."""

        async def say(words: str) -> None:
            writer.write(f"{words}\r\n".encode())
            await writer.drain()

        refused = (self.folder / "refuses").read_text().split() if (self.folder / "refuses").exists() else []
        await say("220 test")
        while line := (await reader.readline()).decode(errors="replace").strip():
            word = line.split(" ")[0].split(":")[0].upper()
            if word == "DATA":
                await say("354 go on")
                content = (await reader.readuntil(b"\r\n.\r\n"))[:-5]
                self.keep(content)
                await say("250 taken")
            elif word == "RCPT" and any(address in line for address in refused):
                await say("550 5.1.1 no such user here")
            elif word == "QUIT":
                await say("221 bye")
                break
            else:
                await say("250 yes")
        writer.close()

    def keep(self, content: bytes) -> None:
        """Write a letter to the disk, under a name that no two have."""
        name = str(message_from_bytes(content)["Message-ID"]).strip("<>")
        path = self.folder / "new" / f"{name}#{get_random_string(8)}"
        unfinished = self.folder / sha256(path.name.encode()).hexdigest()
        with unfinished.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)


async def run(folder: Path, port: int) -> None:
    """Serve until killed."""
    server = await asyncio.start_server(MailServer(folder).serve, "127.0.0.1", port, reuse_address=True)
    print("ready", flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1]), int(sys.argv[2])))
