"""How values look on paper and screen."""

from django import template

register = template.Library()
