from django.urls import path

from matching.views.interests import match_note_interest, match_take_back_interest
from matching.views.matches import listing_matches, match, my_matches
from matching.views.previews import listing_preview
from matching.views.reviews import (
    match_approve,
    match_dismiss,
    match_take_back,
    review,
    review_detail,
    review_row,
    review_several,
)

urlpatterns = [
    path("matches/", my_matches, name="my_matches"),
    path("matches/<int:pk>/", match, name="match"),
    path("matches/<int:pk>/approve/", match_approve, name="match_approve"),
    path("matches/<int:pk>/dismiss/", match_dismiss, name="match_dismiss"),
    path("matches/<int:pk>/take-back/", match_take_back, name="match_take_back"),
    path("matches/<int:pk>/row/", review_row, name="match_review_row"),
    path("matches/<int:pk>/detail/", review_detail, name="match_review_detail"),
    path("matches/<int:pk>/interest/note/", match_note_interest, name="match_note_interest"),
    path("matches/<int:pk>/interest/take-back/", match_take_back_interest, name="match_take_back_interest"),
    path("listings/preview/", listing_preview, name="listing_preview"),
    path("listings/<int:pk>/matches/", listing_matches, name="listing_matches"),
    path("review/", review, name="review"),
    path("review/several/", review_several, name="review_several"),
]
