"""The words of the days in templates."""

from django import template

from reconciliation.tills import till_name

register = template.Library()

register.filter("till", till_name)
