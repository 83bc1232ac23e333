"""Every page of monitoring, one line each."""

from monitoring.kit.page import Page
from monitoring.pages import search

PAGES: tuple[Page, ...] = (search.PAGE,)
