"""A cache whose server may be gone or hang: for that while each process remembers by itself.

What is counted there to stop the guessing of passwords goes on being counted, only per process: nobody may guess
freely, and nobody is shut out, because a server is away.
"""

import logging
from functools import partial
from typing import Any, Final

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from django.utils.functional import cached_property
from redis.exceptions import RedisError

from common.breaker import Breaker

log = logging.getLogger(__name__)
PAUSE_S: Final = 3.0
_breakers: Final[dict[str, Breaker]] = {}


class CacheWithStandIn(RedisCache):
    """Redis or Valkey; while it does not answer, the memory of this process."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._address, self._connecting = server, params.get("OPTIONS", {})

    @cached_property
    def _cache(self) -> Any:
        server = RedisCacheClient([self._address], **self._connecting)
        breaker = _breakers.setdefault(self._address, Breaker(PAUSE_S))
        return _Client(server, LocMemCache(self._address, {}), breaker)


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
