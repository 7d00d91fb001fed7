from django.urls import path

from listings import views

urlpatterns = [
    path("browse/", views.browse, name="browse"),
    path("listings/new/", views.listing_new, name="listing_new"),
    path("listings/fields/", views.listing_fields, name="listing_fields"),
    path("listings/<int:pk>/", views.listing, name="listing"),
    path("listings/<int:pk>/uses/", views.listing_uses, name="listing_uses"),
    path("listings/<int:pk>/edit/", views.listing_edit, name="listing_edit"),
    path("listings/<int:pk>/publish/", views.listing_publish, name="listing_publish"),
    path("listings/<int:pk>/pause/", views.listing_pause, name="listing_pause"),
    path("listings/<int:pk>/withdraw/", views.listing_withdraw, name="listing_withdraw"),
    path("my/listings/", views.my_listings, name="my_listings"),
]
