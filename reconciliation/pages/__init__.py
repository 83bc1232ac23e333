"""Every page of reconciliation, one line each."""

from monitoring.kit.page import Page
from reconciliation.pages import days, journals

PAGES: tuple[Page, ...] = (
    days.PAGE,
    journals.PAGE,
)
