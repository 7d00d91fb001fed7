from django.urls import path

from matching import views

urlpatterns = [
    path("matches/", views.my_matches, name="my_matches"),
    path("matches/<int:pk>/", views.match, name="match"),
    path("matches/<int:pk>/approve/", views.match_approve, name="match_approve"),
    path("matches/<int:pk>/dismiss/", views.match_dismiss, name="match_dismiss"),
    path("listings/<int:pk>/matches/", views.listing_matches, name="listing_matches"),
    path("review/", views.review, name="review"),
]
