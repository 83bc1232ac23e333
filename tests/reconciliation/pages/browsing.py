"""What people do on the page of a day, and what they read there."""

from typing import Any

from django.test import Client

from tests.factories.receipts import sale
from tests.fakes import Worker
from tests.integrations.services.retail import arrive
from tests.reconciliation.desk import ON, TILL, again, work

ADDRESS = f"/days/LDS/{ON:%Y-%m-%d}/"


def text(response: Any) -> str:
    return str(response.content.decode())


def seen(client: Client) -> str:
    """The hash that the page carries to its forms; none when it offers no form."""
    _, _, rest = text(client.get(ADDRESS)).partition('name="seen" value="')
    return rest.partition('"')[0]


def prepare(client: Client, **more: str) -> Any:
    return client.post(f"{ADDRESS}prepare/", {"seen": seen(client)} | more)


def sign(client: Client, **more: str) -> Any:
    return client.post(f"{ADDRESS}sign/", {"seen": seen(client)} | more)


def late_sale(hub: Worker) -> None:
    """Another pair of socks, uploaded when the day was signed already."""
    arrive(hub, sale(external_id="1002", number="R-1002", **TILL))
    work(hub)
    again(hub)
