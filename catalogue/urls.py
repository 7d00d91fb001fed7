from django.urls import path

from catalogue import views

urlpatterns = [
    path("resources/", views.resources, name="resources"),
    path("resources/suggest/", views.resource_suggest, name="resource_suggest"),
    path("codes/suggest/", views.code_suggest, name="code_suggest"),
    path("resources/<slug:slug>/", views.resource, name="resource"),
]
