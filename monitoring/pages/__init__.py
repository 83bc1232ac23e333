"""Every page of monitoring, one line each."""

from monitoring.kit.page import Page
from monitoring.pages import (
    alerts,
    audit,
    connections,
    exception,
    exceptions,
    flows,
    mapping_sheets,
    mappings,
    orders,
    people,
    routing,
    search,
    stock,
    today,
    trace,
)

PAGES: tuple[Page, ...] = (
    today.PAGE,
    exceptions.PAGE,
    exception.PAGE,
    orders.PAGE,
    trace.PAGE,
    stock.PAGE,
    stock.SKU,
    flows.PAGE,
    connections.PAGE,
    connections.CONNECTION,
    mappings.PAGE,
    mappings.MAPPING,
    mapping_sheets.SHEET,
    people.PAGE,
    people.PERSON,
    routing.PAGE,
    alerts.PAGE,
    alerts.CHANNEL,
    audit.PAGE,
    search.PAGE,
)
