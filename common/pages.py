"""What lists on pages share."""

from django.http import HttpRequest


def query_without(request: HttpRequest, *names: str) -> str:
    """Return the query as the start of another one, "" or ending in "&"."""
    query = request.GET.copy()
    for name in names:
        query.pop(name, None)
    return f"{query.urlencode()}&" if query else ""
