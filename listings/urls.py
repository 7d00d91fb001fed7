"""Addresses of the market and of listings."""

from django.urls import path

from listings.views import feeds, listings, market

urlpatterns = [
    path("browse/", market.browse, name="browse"),
    path("browse/feed.atom", feeds.browse_feed, name="browse_feed"),
    path("listings/new/", listings.listing_new, name="listing_new"),
    path("listings/fields/", listings.listing_fields, name="listing_fields"),
    path("listings/echo/", listings.listing_echo, name="listing_echo"),
    path("listings/<int:pk>/", listings.listing, name="listing"),
    path("listings/<int:pk>/uses/", listings.listing_uses, name="listing_uses"),
    path("listings/<int:pk>/edit/", listings.listing_edit, name="listing_edit"),
    path("listings/<int:pk>/publish/", listings.listing_publish, name="listing_publish"),
    path("listings/<int:pk>/pause/", listings.listing_pause, name="listing_pause"),
    path("listings/<int:pk>/withdraw/", listings.listing_withdraw, name="listing_withdraw"),
    path("my/listings/", listings.my_listings, name="my_listings"),
]
