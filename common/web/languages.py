"""In which language a page, an answer of the API or a letter speaks: one place, for all who ask."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation.trans_real import parse_accept_lang_header

_API: Final = "/api/"


class LanguageMiddleware:
    """Speak the reader's language: the one that a person chose, else the cookie's, else the browser's first known one.

    Stands behind Django's `LocaleMiddleware`, which knows cookie and browser, and behind the one that knows the
    person. The API hears `Accept-Language` alone: a program says with each call what it wants, and else gets English.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        chosen = (
            asked_of_browser(request) or str(settings.LANGUAGE_CODE)
            if is_api(request)
            else _of_person(request)
        )
        if chosen:
            translation.activate(chosen)
            request.LANGUAGE_CODE = translation.get_language()
        return self.get_response(request)


def known_language(code: str) -> str:
    """Return `code` where the product speaks it, else nothing."""
    return code if code in dict(settings.LANGUAGES) else ""


@contextmanager
def speaking(*codes: str) -> Iterator[None]:
    """Let what is written inside be in the first of the languages that the product speaks; in the active one else."""
    with translation.override(next(filter(None, map(known_language, codes)), translation.get_language())):
        yield


def remember_language(request: HttpRequest, response: HttpResponse, code: str) -> HttpResponse:
    """Return `response`, which lets this browser keep a language; without a `code` it forgets the one it had."""
    name = settings.LANGUAGE_COOKIE_NAME
    if not code:
        response.delete_cookie(name)
        return response
    response.set_cookie(
        name,
        code,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        samesite="Lax",
        secure=request.is_secure(),
        httponly=True,
    )
    return response


def page_before(request: HttpRequest) -> str:
    """Return the page of ours from which a request was sent, by its `Referer`; the home page where that is none."""
    before = request.headers.get("Referer", "")
    hosts = {request.get_host()}
    return (
        before if url_has_allowed_host_and_scheme(before, hosts, require_https=request.is_secure()) else "/"
    )


def is_api(request: HttpRequest) -> bool:
    """Whether a program calls, which says with each call what it wants to read."""
    return request.path.startswith(_API)


def wished_language(request: HttpRequest) -> str:
    """Return the language that a person or a browser chose, or that the browser asks for; nothing without any."""
    cookie = known_language(request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, ""))
    return _of_person(request) or cookie or asked_of_browser(request)


def asked_of_browser(request: HttpRequest) -> str:
    """Return the first language of `Accept-Language` that the product speaks; nothing where it speaks none of them."""
    for code, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        if code == "*":
            break
        try:
            return translation.get_supported_language_variant(code)
        except LookupError:
            continue
    return ""


def _of_person(request: HttpRequest) -> str:
    # Whoever has no session is nobody known, and asking would open one.
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
        return ""
    return known_language(getattr(request.user, "language", ""))
