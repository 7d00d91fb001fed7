from django.urls import path

from listings import register_views, usual_views, views

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
    path("register/", register_views.register_plants, name="register_plants"),
    path("register/<int:pk>/", register_views.register_plant, name="register_plant"),
    path("register/<int:pk>/claim/", register_views.register_claim, name="register_claim"),
    path("register/claims/<int:pk>/confirm/", register_views.claim_confirm, name="plant_claim_confirm"),
    path("register/claims/<int:pk>/refuse/", register_views.claim_refuse, name="plant_claim_refuse"),
    path("my/listings/", views.my_listings, name="my_listings"),
    path("my/usual/", usual_views.usual, name="usual"),
    path("my/usual/keep/", usual_views.usual_keep, name="usual_keep"),
    path("my/usual/nace/", usual_views.usual_nace, name="usual_nace"),
]
