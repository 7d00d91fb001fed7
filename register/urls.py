"""Addresses of the register, and of what a plant like this one usually lists."""

from django.urls import path

from register.views import claims, plants, typical

urlpatterns = [
    path("register/", plants.register_plants, name="register_plants"),
    path("register/<int:pk>/", plants.register_plant, name="register_plant"),
    path("register/<int:pk>/claim/", claims.register_claim, name="register_claim"),
    path("register/claims/<int:pk>/confirm/", claims.claim_confirm, name="plant_claim_confirm"),
    path("register/claims/<int:pk>/refuse/", claims.claim_refuse, name="plant_claim_refuse"),
    path("my/usual/", typical.typical, name="typical"),
    path("my/usual/keep/", typical.typical_keep, name="typical_keep"),
    path("my/usual/nace/", typical.typical_nace, name="typical_nace"),
]
