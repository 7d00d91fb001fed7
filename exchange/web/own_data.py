"""One's own data: take it along, or be erased."""

from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from accounts.access import signed_in
from accounts.models import User
from accounts.views.acting import form_page
from common.web.forms import AppForm
from common.web.pages import posted, submit
from exchange.keeping.erasing import as_json, erase_person


class ErasingForm(AppForm):
    """The password, so that nobody is erased by whoever passes an open screen."""

    password = forms.CharField(
        label=gettext_lazy("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, data: object, *, person: User) -> None:
        super().__init__(data)
        self._person = person

    def clean_password(self) -> str:
        """Refuse any other."""
        password: str = self.cleaned_data["password"]
        if not self._person.check_password(password):
            raise forms.ValidationError(gettext("This is not your password: nothing was erased."))
        return password


@never_cache
@sensitive_post_parameters("password")
@form_page
@login_required
def own_data(request: HttpRequest) -> HttpResponse:
    """What is kept of me, as a file; and how I am erased."""
    person = signed_in(request)
    form = ErasingForm(posted(request), person=person)

    def erased() -> bool:
        erase_person(actor=person, person=person)
        return True

    if submit(request, form, erased):
        logout(request)
        messages.success(request, gettext("You were erased: nobody can sign in as you any more."))
        return redirect("home")
    return render(request, "exchange/own_data.html", {"form": form})


@never_cache
@require_safe
@login_required
def own_data_file(request: HttpRequest) -> HttpResponse:
    """All that is kept of me, as JSON."""
    response = HttpResponse(as_json(signed_in(request)), content_type="application/json")
    response["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response
