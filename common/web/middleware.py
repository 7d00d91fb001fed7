"""Errors of services and access functions become pages here (the API's become problem+json in `common.api`)."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from common.errors import AppError

ERROR_PAGES = {400: "400.html", 403: "403.html", 404: "404.html", 409: "400.html", 412: "400.html"}


def error_page(request: HttpRequest, error: AppError) -> HttpResponse:
    """Return the error's page under its own status; conflicts and outdated edits look like any bad request."""
    # A missing page says nothing of its own, so that a foreign object's answer cannot differ from it.
    context = {} if error.status == 404 else {"error": error}
    return render(request, ERROR_PAGES[error.status], context, status=error.status)


class AppErrorMiddleware:
    """Render an `AppError` that a page's view let through."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the error's page, or None for exceptions that are not ours."""
        if not isinstance(exception, AppError):
            return None
        # A missing page says nothing of its own, so that a foreign object's answer cannot differ from it.
        context = {} if exception.status == 404 else {"error": exception}
        return render(request, ERROR_PAGES[exception.status], context, status=exception.status)
