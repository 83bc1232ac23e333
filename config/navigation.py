"""Gathers the pages of monitoring and reconciliation into the menu."""

from django.http import HttpRequest

from monitoring.kit.frame import frame as kit_frame
from monitoring.pages import PAGES as MONITORING
from monitoring.pages.house import status
from reconciliation.pages import PAGES as RECONCILIATION


def frame(request: HttpRequest) -> dict[str, object]:
    """Context of every page's frame; asks the database only for what a template uses."""
    return kit_frame(request, pages=(*MONITORING, *RECONCILIATION), status=status)
