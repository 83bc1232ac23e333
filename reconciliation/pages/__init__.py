"""Every page of reconciliation, one line each."""

from monitoring.kit.page import Page

PAGES: tuple[Page, ...] = ()
