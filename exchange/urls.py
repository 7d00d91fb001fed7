"""Every address of the product."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.templatetags.static import static
from django.urls import include, path, re_path
from django.utils.functional import lazy
from django.views.decorators.http import require_safe
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from common.api import UnknownAddress
from common.web.kept import kept_form
from exchange.api import router
from exchange.health import healthz
from exchange.operation.metrics import metrics
from exchange.operation.probes import livez, readyz
from exchange.web.crawlers import robots, sitemap_index, sitemap_part
from exchange.web.own_data import own_data, own_data_file
from exchange.web.views import home

# People sign in at one place, where guessing is limited.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
icon = lazy(static, str)("img/logo.svg")

urlpatterns = [
    # First, since each address of a page would be tried before: a twentieth of what a short call takes.
    path("api/v1/", include(router.urls)),
    path("api/schema/", SpectacularAPIView.as_view(), name="api_schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="api_schema"), name="api_docs"),
    re_path(r"^api/", UnknownAddress.as_view(), name="api_unknown"),
    path("", home, name="home"),
    path("", include("notifications.urls")),
    path("", include("register.urls")),
    path("", include("listings.urls")),
    path("", include("matching.urls")),
    path("", include("trading.urls")),
    path("", include("planning.urls")),
    path("", include("catalogue.urls")),
    path("", include("accounts.urls")),
    path("forms/kept/", kept_form, name="kept_form"),
    path("account/data/", own_data, name="own_data"),
    path("account/data/file/", own_data_file, name="own_data_file"),
    path("healthz", healthz, name="healthz"),
    path("livez", livez, name="livez"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    # What names no icon of its own, a part of a page or an answer of the API, is asked for it here.
    path("favicon.ico", require_safe(RedirectView.as_view(url=icon)), name="favicon"),
    path("robots.txt", robots, name="robots"),
    path("sitemap.xml", sitemap_index, name="sitemap"),
    path("sitemap-<slug:section>.xml", sitemap_part, name="sitemap_part"),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
]
