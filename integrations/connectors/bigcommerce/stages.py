"""How far an order is, as the shop's own status.

Source: "Orders v2 / Update an order". Setting the status that it has changes nothing.
"""

from integrations.canonical.effects import SetOrderStage
from integrations.connectors.bigcommerce.client import BigCommerceClient
from integrations.connectors.bigcommerce.dialect import SYSTEM
from integrations.connectors.bigcommerce.shipping import order_of
from integrations.connectors.errors import RejectedError
from integrations.ports import Done, Intent


class Stages:
    def __init__(self, client: BigCommerceClient) -> None:
        self._client = client

    def send(self, intent: Intent) -> Done:
        """Raises any ConnectorError but AmbiguousError."""
        effect, order_id = intent.effect, order_of(intent)
        assert isinstance(effect, SetOrderStage)
        if not effect.status_id.isdecimal():
            raise RejectedError(f"{SYSTEM} numbers its statuses; “{effect.status_id}” is none.")
        body = {"status_id": int(effect.status_id)}
        self._client.put_order(order_id, body, keys=[intent.key])
        return Done(order_id, {"status": effect.status_id})
