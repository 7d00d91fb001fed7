from django.urls import path

from catalogue.precedents.views import precedent_edit, precedent_new, precedent_remove, precedents
from catalogue.views.codes import code_suggest
from catalogue.views.glossary import glossary_page
from catalogue.views.resources import resource, resource_suggest, resources

urlpatterns = [
    path("glossary/", glossary_page, name="glossary"),
    path("resources/", resources, name="resources"),
    path("resources/suggest/", resource_suggest, name="resource_suggest"),
    path("codes/suggest/", code_suggest, name="code_suggest"),
    path("precedents/", precedents, name="precedents"),
    path("precedents/new/", precedent_new, name="precedent_new"),
    path("precedents/<int:pk>/edit/", precedent_edit, name="precedent_edit"),
    path("precedents/<int:pk>/remove/", precedent_remove, name="precedent_remove"),
    path("resources/<slug:slug>/", resource, name="resource"),
]
