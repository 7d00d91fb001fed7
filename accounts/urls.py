"""Addresses of organizations, sites, members, programmes and tokens."""

from django.urls import path

from accounts import views

urlpatterns = [
    path("organization/", views.organization, name="organization"),
    path("organization/new/", views.organization_new, name="organization_new"),
    path("organization/edit/", views.organization_edit, name="organization_edit"),
    path("organization/choose/", views.organization_choose, name="organization_choose"),
    path("sites/new/", views.site_new, name="site_new"),
    path("sites/<int:pk>/", views.site_edit, name="site_edit"),
    path("sites/<int:pk>/delete/", views.site_delete, name="site_delete"),
    path("members/invite/", views.member_invite, name="member_invite"),
    path("members/<int:pk>/role/", views.member_role, name="member_role"),
    path("members/<int:pk>/remove/", views.member_remove, name="member_remove"),
    path("invitations/<int:pk>/withdraw/", views.invitation_withdraw, name="invitation_withdraw"),
    path("invitations/<str:secret>/", views.invitation, name="invitation"),
    path("programmes/", views.programmes, name="programmes"),
    path("programmes/<slug:slug>/", views.programme, name="programme"),
    path("programmes/<slug:slug>/add/", views.programme_add, name="programme_add"),
    path("programmes/<slug:slug>/answer/", views.programme_answer, name="programme_answer"),
    path("programmes/<slug:slug>/remove/", views.programme_remove, name="programme_remove"),
    path("programmes/<slug:slug>/weights/", views.programme_weights, name="programme_weights"),
    path("tokens/", views.tokens, name="tokens"),
    path("tokens/<int:pk>/revoke/", views.token_revoke, name="token_revoke"),
    path("towns/suggest/", views.town_suggest, name="town_suggest"),
]
