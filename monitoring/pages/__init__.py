"""Every page of monitoring, one line each."""

from monitoring.kit.page import Page
from monitoring.pages import connections, flows, mappings, orders, search, stock, trace

PAGES: tuple[Page, ...] = (
    orders.PAGE,
    trace.PAGE,
    stock.PAGE,
    stock.SKU,
    flows.PAGE,
    connections.PAGE,
    connections.CONNECTION,
    mappings.PAGE,
    mappings.MAPPING,
    search.PAGE,
)
