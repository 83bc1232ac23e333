"""OrderWise, as the rest of the product knows it."""

from integrations.connectors.orderwise.adapter import OrderwiseConnector
from integrations.connectors.orderwise.assumed import PER_MINUTE
from integrations.connectors.orderwise.config import OrderwiseConfig
from integrations.connectors.orderwise.wire import SYSTEM
from integrations.connectors.spec import RateLimit, SystemSpec

SPEC = SystemSpec(
    slug="orderwise",
    label=SYSTEM,
    roles=frozenset({"erp"}),
    config=OrderwiseConfig,
    credentials=("password",),
    rate_limit=RateLimit(requests=PER_MINUTE),
    build=OrderwiseConnector,
    authenticate=lambda delivery, config: False,  # it sends nothing
)
