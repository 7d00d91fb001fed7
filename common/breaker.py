"""What may be gone or hang is not asked again by everybody: one caller finds out, the others go on without it."""

import time
from threading import Lock


class Breaker:
    """Whether a part that failed may be asked; one for all threads of a process."""

    def __init__(self, pause_s: float) -> None:
        self._pause_s = pause_s
        self._lock = Lock()
        self._again_s: float | None = None

    def lets_through(self) -> bool:
        """Return whether to ask. While the part is away that is one caller in each pause, who then tells what came
        of it by `worked` or `failed`."""
        with self._lock:
            if self._again_s is None:
                return True
            now_s = time.monotonic()
            if now_s < self._again_s:
                return False
            self._again_s = now_s + self._pause_s
            return True

    def worked(self) -> None:
        """Let everybody through again."""
        if self._again_s is not None:
            with self._lock:
                self._again_s = None

    def failed(self) -> None:
        """Let nobody through for a pause."""
        with self._lock:
            self._again_s = time.monotonic() + self._pause_s
