"""Gathers the pages of monitoring and reconciliation into the menu."""

from django.http import HttpRequest


def frame(request: HttpRequest) -> dict[str, object]:
    """Context of every page's frame."""
    return {}
