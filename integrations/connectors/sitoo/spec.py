"""Sitoo, as the rest of the product knows it."""

from integrations.connectors.sitoo.adapter import SitooConnector
from integrations.connectors.sitoo.config import SitooConfig
from integrations.connectors.sitoo.mapping import SYSTEM
from integrations.connectors.sitoo.webhooks import authenticate
from integrations.connectors.spec import RateLimit, SystemSpec

SPEC = SystemSpec(
    slug="sitoo",
    label=SYSTEM,
    roles=frozenset({"pos"}),
    config=SitooConfig,
    credentials=("password", "webhook_password"),
    # QUIRK(sitoo): a second request in flight is refused; how many a minute is not public.
    rate_limit=RateLimit(requests=None, concurrency=1),
    build=SitooConnector,
    authenticate=authenticate,
)
