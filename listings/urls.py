"""Addresses of the market and of listings."""

from django.urls import path

from listings.bulk import views as bulk
from listings.views import comparison, favourites, feeds, files, listings, market, saved_searches

urlpatterns = [
    path("browse/", market.browse, name="browse"),
    path("browse/feed.atom", feeds.browse_feed, name="browse_feed"),
    path("browse/export.csv", bulk.market_export, {"kind": "csv"}, name="market_export_csv"),
    path("browse/export.xlsx", bulk.market_export, {"kind": "xlsx"}, name="market_export_xlsx"),
    path("listings/import/", bulk.import_new, name="listing_import_new"),
    path(
        "listings/import/template.csv",
        bulk.import_template,
        {"kind": "csv"},
        name="listing_import_template_csv",
    ),
    path(
        "listings/import/template.xlsx",
        bulk.import_template,
        {"kind": "xlsx"},
        name="listing_import_template_xlsx",
    ),
    path("listings/import/<int:pk>/", bulk.listing_import, name="listing_import"),
    path("listings/import/<int:pk>/progress/", bulk.import_progress, name="listing_import_progress"),
    path("listings/import/<int:pk>/take/", bulk.import_take, name="listing_import_take"),
    path("listings/import/<int:pk>/refused.csv", bulk.import_refused, name="listing_import_refused"),
    path("listings/new/", listings.listing_new, name="listing_new"),
    path("listings/fields/", listings.listing_fields, name="listing_fields"),
    path("listings/echo/", listings.listing_echo, name="listing_echo"),
    path("listings/<int:pk>/", listings.listing, name="listing"),
    path("listings/<int:pk>/uses/", listings.listing_uses, name="listing_uses"),
    path("listings/<int:pk>/edit/", listings.listing_edit, name="listing_edit"),
    path("listings/<int:pk>/publish/", listings.listing_publish, name="listing_publish"),
    path("listings/<int:pk>/renew/", listings.listing_renew, name="listing_renew"),
    path("listings/<int:pk>/pause/", listings.listing_pause, name="listing_pause"),
    path("listings/<int:pk>/withdraw/", listings.listing_withdraw, name="listing_withdraw"),
    path("listings/<int:pk>/files/", files.listing_files, name="listing_files"),
    path("listings/files/<int:pk>/", files.listing_file, name="listing_file"),
    path("listings/files/<int:pk>/small/", files.listing_file_small, name="listing_file_small"),
    path("listings/files/<int:pk>/change/", files.listing_file_change, name="listing_file_change"),
    path("listings/files/<int:pk>/remove/", files.listing_file_remove, name="listing_file_remove"),
    path("my/listings/", listings.my_listings, name="my_listings"),
    path("my/listings/export.csv", bulk.my_export, {"kind": "csv"}, name="my_listings_export_csv"),
    path("my/listings/export.xlsx", bulk.my_export, {"kind": "xlsx"}, name="my_listings_export_xlsx"),
    path("searches/", saved_searches.saved_searches, name="saved_searches"),
    path("searches/new/", saved_searches.saved_search_new, name="saved_search_new"),
    path("searches/<int:pk>/", saved_searches.saved_search, name="saved_search"),
    path("searches/<int:pk>/change/", saved_searches.saved_search_change, name="saved_search_change"),
    path("searches/<int:pk>/delete/", saved_searches.saved_search_delete, name="saved_search_delete"),
    path("favourites/", favourites.favourites, name="favourites"),
    path("compare/", comparison.comparison, name="comparison"),
    path("listings/<int:pk>/star/", favourites.listing_star, name="listing_star"),
    path("listings/<int:pk>/star/wish/", favourites.listing_star_wish, name="listing_star_wish"),
    path("listings/<int:pk>/unstar/", favourites.listing_unstar, name="listing_unstar"),
]
