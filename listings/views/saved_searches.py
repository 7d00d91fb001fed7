"""Searches that one keeps: saved from the browse page, opened there again."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import signed_in
from common.web.pages import act, posted, query_without, submit
from listings.access import get_search, own_searches
from listings.forms.saved_searches import NewSavedSearchForm, SavedSearchForm
from listings.models import Alert, SavedSearch
from listings.search.find import find
from listings.selectors.saved_searches import address_to_keep, filters_of, mark_counts
from listings.services.saved_searches import (
    LONGEST_NAME,
    change_search,
    delete_search,
    save_search,
)
from listings.views.facets import chips

PER_PAGE = 20


@require_safe
@login_required
def saved_searches(request: HttpRequest) -> HttpResponse:
    """The searches that I keep, with how many listings each finds now."""
    page = Paginator(own_searches(request.user), PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = mark_counts(request.user, page.object_list)
    rows = [(search, _form_of(search)) for search in page.object_list]
    context = {"page": page, "rows": rows, "query": query_without(request, "page")}
    return render(request, "listings/saved_searches.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def saved_search_new(request: HttpRequest) -> HttpResponse:
    """Keep the search of the address's query; who has to sign in first comes back to it."""
    sent = posted(request)
    text = request.GET.urlencode() if sent is None else sent.get("query", "")
    query = address_to_keep(QueryDict(text), request.user)
    filters = filters_of(query, request.user)
    is_right = filters.is_valid()
    asked = [chip.label for chip in chips(filters, query)]
    initial = {
        "name": (", ".join(label.strip("“”„") for label in asked) or _("Everything on the market"))[
            :LONGEST_NAME
        ],
        "alert": Alert.DAILY,
        "query": query.urlencode(),
    }
    form = NewSavedSearchForm(sent, initial=initial)
    saved = submit(
        request,
        form,
        lambda: save_search(
            actor=signed_in(request),
            name=form.cleaned_data["name"],
            query=query,
            alert=form.chosen_alert(),
        ),
    )
    if saved:
        messages.success(request, _("Saved: “%(name)s”.") % {"name": saved.name})
        return redirect("saved_searches")
    count = find(request.user, filters.question(), most=0).total if is_right else 0
    context = {"form": form, "asked": asked, "count": count, "back": f"?{query.urlencode()}"}
    return render(request, "listings/saved_search_form.html", context)


@require_safe
@login_required
def saved_search(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a search that I keep on the browse page; ?sort= in another order."""
    query = QueryDict(get_search(request.user, pk).address, mutable=True)
    if sort := request.GET.get("sort"):
        query["sort"] = sort
    return redirect(f"{reverse('browse')}?{query.urlencode()}")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def saved_search_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Call a search of mine otherwise, or be told of it otherwise."""
    search = get_search(request.user, pk)
    form = _form_of(search, posted(request))
    saved = submit(
        request,
        form,
        lambda: change_search(search=search, name=form.cleaned_data["name"], alert=form.chosen_alert()),
    )
    if saved:
        messages.success(request, _("Saved: “%(name)s”.") % {"name": saved.name})
        return redirect("saved_searches")
    return render(request, "listings/saved_search_form.html", {"form": form, "search": search})


@require_POST
@login_required
def saved_search_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a search of mine no longer."""
    search = get_search(request.user, pk)
    said = _("Deleted: “%(name)s”.") % {"name": search.name}
    return act(request, lambda: delete_search(search=search), said, to=reverse("saved_searches"))


def _form_of(search: SavedSearch, sent: QueryDict | None = None) -> SavedSearchForm:
    initial = {"name": search.name, "alert": search.alert}
    return SavedSearchForm(sent, initial=initial, auto_id=f"id_{search.pk}_%s")
