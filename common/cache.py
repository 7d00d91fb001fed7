"""A cache whose server may be gone or hang: for that while each process remembers by itself.

What is counted there to stop the guessing of passwords goes on being counted, only per process: nobody may guess
freely, and nobody is shut out, because a server is away.
"""

import logging
import time
from functools import partial
from threading import Lock
from typing import Any, Final

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from django.utils.functional import cached_property
from redis.exceptions import RedisError

from common.breaker import Breaker

log = logging.getLogger(__name__)
PAUSE_S: Final = 3.0
_COUNT: Final = """
local number = redis.call('INCR', KEYS[1])
if number == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return {number, redis.call('PTTL', KEYS[1])}
"""
# One step of the server: between reading and adding nobody else gets in.
_breakers: Final[dict[str, Breaker]] = {}


class CacheWithStandIn(RedisCache):
    """Redis or Valkey; while it does not answer, the memory of this process."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._address, self._connecting = server, params.get("OPTIONS", {})

    @cached_property
    def _cache(self) -> Any:
        server = _Server([self._address], **self._connecting)
        breaker = _breakers.setdefault(self._address, Breaker(PAUSE_S))
        return _Client(server, _Memory(self._address, {}), breaker)

    def count(self, key: str, window_s: float) -> tuple[int, float]:
        """Count one more under `key`; return the how-many-th within the window it is, and how long that still lasts, s.

        The window begins with the first. Exact, however many processes count at the same time; while the server does
        not answer, each process counts by itself.
        """
        number, left_s = self._cache.count(self.make_and_validate_key(key), window_s)
        return number, left_s


class _Server(RedisCacheClient):
    def count(self, key: str, window_s: float) -> tuple[int, float]:
        number, left_ms = self.get_client(key, write=True).eval(_COUNT, 1, key, round(1000 * window_s))
        return int(number), max(0, int(left_ms)) / 1000


class _Memory(LocMemCache):
    _counting = Lock()

    def count(self, key: str, window_s: float) -> tuple[int, float]:
        with self._counting:
            now_s = time.monotonic()
            number, ends_s = self.get(key) or (0, now_s + window_s)
            left_s = max(0.001, ends_s - now_s)
            self.set(key, (number + 1, ends_s), left_s)
        return number + 1, left_s


class _Client:
    """Asks the server, or its stand-in: both take the same words."""

    def __init__(self, server: Any, stand_in: LocMemCache, breaker: Breaker) -> None:
        self._server, self._stand_in, self._breaker = server, stand_in, breaker

    def __getattr__(self, name: str) -> Any:
        return partial(self._ask, name)

    def _ask(self, name: str, *arguments: Any) -> Any:
        if self._breaker.lets_through():
            try:
                answer = getattr(self._server, name)(*arguments)
            except (RedisError, OSError) as error:
                self._breaker.failed()
                log.warning("The cache does not answer, this process remembers by itself: %r", error)
            else:
                self._breaker.worked()
                return answer
        return getattr(self._stand_in, name)(*arguments)
