"""Every system we can talk to, one line each."""

from integrations.connectors.bigcommerce.spec import SPEC as BIGCOMMERCE
from integrations.connectors.brightpearl.spec import SPEC as BRIGHTPEARL
from integrations.connectors.mintsoft.spec import SPEC as MINTSOFT
from integrations.connectors.orderwise.spec import SPEC as ORDERWISE
from integrations.connectors.sitoo.spec import SPEC as SITOO
from integrations.connectors.spec import SystemSpec
from integrations.connectors.warehouse.spec import SPEC as WAREHOUSE

SYSTEMS: tuple[SystemSpec, ...] = (
    SITOO,
    BRIGHTPEARL,
    BIGCOMMERCE,
    WAREHOUSE,
    MINTSOFT,
    ORDERWISE,
)


def system(slug: str) -> SystemSpec:
    """The system called `slug`. Raises ValueError naming those that exist."""
    for spec in SYSTEMS:
        if spec.slug == slug:
            return spec
    known = ", ".join(spec.slug for spec in SYSTEMS)
    raise ValueError(f"There is no system called “{slug}”. There are: {known}.")
