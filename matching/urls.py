from django.urls import path

from matching.views.matches import listing_matches, match, my_matches
from matching.views.reviews import match_approve, match_dismiss, review

urlpatterns = [
    path("matches/", my_matches, name="my_matches"),
    path("matches/<int:pk>/", match, name="match"),
    path("matches/<int:pk>/approve/", match_approve, name="match_approve"),
    path("matches/<int:pk>/dismiss/", match_dismiss, name="match_dismiss"),
    path("listings/<int:pk>/matches/", listing_matches, name="listing_matches"),
    path("review/", review, name="review"),
]
