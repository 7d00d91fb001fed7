"""Addresses of organizations, sites, members, programmes and tokens."""

from django.urls import path

from accounts.views import languages, letters, members, organizations, programmes, sites, tokens, towns

urlpatterns = [
    path("organization/", organizations.organization, name="organization"),
    path("organization/new/", organizations.organization_new, name="organization_new"),
    path("organization/edit/", organizations.organization_edit, name="organization_edit"),
    path("organization/choose/", organizations.organization_choose, name="organization_choose"),
    path("organizations/<int:pk>/invite/", members.organization_invite, name="organization_invite"),
    path("sites/new/", sites.site_new, name="site_new"),
    path("sites/<int:pk>/", sites.site_edit, name="site_edit"),
    path("sites/<int:pk>/delete/", sites.site_delete, name="site_delete"),
    path("members/invite/", members.member_invite, name="member_invite"),
    path("members/<int:pk>/role/", members.member_role, name="member_role"),
    path("members/<int:pk>/remove/", members.member_remove, name="member_remove"),
    path("invitations/<int:pk>/withdraw/", members.invitation_withdraw, name="invitation_withdraw"),
    path("invitations/<str:secret>/", members.invitation, name="invitation"),
    path("language/", languages.language, name="language"),
    path("language/switch/", languages.language_switch, name="language_switch"),
    path("mail/", letters.letters, name="letters"),
    path("mail/again/", letters.letter_again, name="letter_again"),
    path("programmes/", programmes.programmes, name="programmes"),
    path("programmes/<slug:slug>/", programmes.programme, name="programme"),
    path("programmes/<slug:slug>/add/", programmes.programme_add, name="programme_add"),
    path(
        "programmes/<slug:slug>/organizations/", programmes.organization_suggest, name="organization_suggest"
    ),
    path("programmes/<slug:slug>/answer/", programmes.programme_answer, name="programme_answer"),
    path("programmes/<slug:slug>/remove/", programmes.programme_remove, name="programme_remove"),
    path("programmes/<slug:slug>/weights/", programmes.programme_weights, name="programme_weights"),
    path("tokens/", tokens.tokens, name="tokens"),
    path("tokens/<int:pk>/rotate/", tokens.token_rotate, name="token_rotate"),
    path("tokens/<int:pk>/revoke/", tokens.token_revoke, name="token_revoke"),
    path("towns/suggest/", towns.town_suggest, name="town_suggest"),
]
