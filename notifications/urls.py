"""Addresses of the inbox, of how one wants to be told, and of letters."""

from django.urls import path

from notifications.views import inbox, letters, preferences

urlpatterns = [
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/read/", inbox.notifications_read, name="notifications_read"),
    path("inbox/<int:pk>/", inbox.notification, name="notification"),
    path("inbox/<int:pk>/open/", inbox.notification_open, name="notification_open"),
    path("inbox/<int:pk>/read/", inbox.notification_read, name="notification_read"),
    path("inbox/settings/", preferences.preferences, name="preferences"),
    path("inbox/settings/address/", preferences.address_again, name="address_again"),
    path("mail/stop/<str:token>/", preferences.letters_stop, name="letters_stop"),
    path("mail/<int:pk>/", letters.letter, name="letter"),
]
