"""What the rest of the product knows of Brightpearl."""

from integrations.connectors.brightpearl.adapter import BrightpearlConnector
from integrations.connectors.brightpearl.config import BrightpearlConfig
from integrations.connectors.brightpearl.webhooks import authenticate
from integrations.connectors.spec import RateLimit, SystemSpec

SPEC = SystemSpec(
    slug="brightpearl",
    label="Brightpearl",
    roles=frozenset({"erp"}),
    config=BrightpearlConfig,
    credentials=(
        "account_token",
        "staff_token",
        "access_token",
        "refresh_token",
        "client_secret",
        "webhook_token",
    ),
    rate_limit=RateLimit(requests=200, seconds=60),
    build=BrightpearlConnector,
    authenticate=authenticate,
)
