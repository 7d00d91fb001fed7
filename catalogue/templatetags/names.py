"""How things of the catalogue are called on pages."""

from django import template

from catalogue.called import called, called_within, cited

register = template.Library()
register.filter("called", called)
register.filter("called_within", called_within)
register.filter("cited", cited)
