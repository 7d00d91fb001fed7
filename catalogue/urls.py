from django.urls import path

from catalogue import views

urlpatterns = [
    path("resources/", views.resources, name="resources"),
    path("resources/suggest/", views.resource_suggest, name="resource_suggest"),
    path("codes/suggest/", views.code_suggest, name="code_suggest"),
    path("precedents/", views.precedents, name="precedents"),
    path("precedents/new/", views.precedent_new, name="precedent_new"),
    path("precedents/<int:pk>/edit/", views.precedent_edit, name="precedent_edit"),
    path("precedents/<int:pk>/remove/", views.precedent_remove, name="precedent_remove"),
    path("resources/<slug:slug>/", views.resource, name="resource"),
]
