"""Mintsoft, as the rest of the product knows it."""

from integrations.connectors.mintsoft.adapter import MintsoftConnector
from integrations.connectors.mintsoft.assumed import PER_MINUTE
from integrations.connectors.mintsoft.config import MintsoftConfig
from integrations.connectors.mintsoft.mapping import SYSTEM
from integrations.connectors.mintsoft.webhooks import authenticate
from integrations.connectors.spec import RateLimit, SystemSpec

SPEC = SystemSpec(
    slug="mintsoft",
    label=SYSTEM,
    roles=frozenset({"warehouse"}),
    config=MintsoftConfig,
    credentials=("password", "api_key", "webhook_token"),
    rate_limit=RateLimit(requests=PER_MINUTE),
    build=MintsoftConnector,
    authenticate=authenticate,
)
