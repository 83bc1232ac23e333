"""What the connector's tests share: fixtures, a configuration, records."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from integrations.connectors.bigcommerce.config import BigCommerceConfig
from integrations.connectors.bigcommerce.mapping import records

FIXTURES = Path(__file__).parents[3] / "fixtures" / "bigcommerce"


def fixture(name: str) -> Any:
    """A payload, read as the transport reads it."""
    return json.loads((FIXTURES / f"{name}.json").read_text(), parse_float=Decimal)


def settings(**changes: Any) -> BigCommerceConfig:
    common = {
        "base_url": "https://api.example.com/stores/abc123",
        "store_hash": "abc123",
        "access_token": "t0ken",
    }
    return BigCommerceConfig.model_validate(common | changes)


def record(topic: str, payload: Any, **changes: Any) -> Any:
    """The first record of a payload."""
    return records(topic, payload, settings(**changes))[0]
