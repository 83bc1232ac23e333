"""OrderWise's endpoints, one method each. Every method may raise any ConnectorError; only
`post_order` may raise AmbiguousError.

Source: public client code and the manual of a connector; see docs/systems/orderwise.md.
"""

from typing import Any, TypeVar

from integrations.connectors.errors import SchemaChangedError
from integrations.connectors.http import Pairs, VendorHttp
from integrations.connectors.logins import KeptKey
from integrations.connectors.orderwise import wire
from integrations.connectors.orderwise.assumed import CUSTOMERS_PER_PAGE, MOST_VARIANTS

Model = TypeVar("Model", bound=wire.Wire)


class OrderwiseClient:
    def __init__(self, http: VendorHttp, keys: KeptKey, *, session_id: int) -> None:
        self._http = http
        self._keys = keys
        self._session = str(session_id)

    def close(self) -> None:
        self._http.close()

    def stock_locations(self) -> list[wire.Named]:
        return self._models(wire.Named, "/system/stock-locations")

    def value_list(self, number: int) -> list[wire.Named]:
        return self._models(wire.Named, f"/value-lists/{number}")

    def customers(self) -> list[wire.Customer]:
        """All of them, by ascending id."""
        found: list[wire.Customer] = []
        while True:
            last = str(found[-1].id) if found else "0"
            wanted = [("limit", str(CUSTOMERS_PER_PAGE)), ("last_id", last)]
            page = self._models(wire.Customer, "/customers", wanted)
            found += page
            if len(page) < CUSTOMERS_PER_PAGE:
                return found

    def variants(self) -> list[wire.Row]:
        """Every variant in one long list."""
        return self._rows("/stock/variants", [("limit", str(MOST_VARIANTS))])

    def stock(self, variant_id: int) -> list[wire.Row]:
        """A row per location. Raises NotFoundError."""
        return self._rows(f"/stock/{variant_id}", [], "/stock/{id}")

    def order_status(self, order_id: str) -> wire.Row:
        """QUIRK(orderwise): an order may not show before the session's next import. Raises
        NotFoundError."""
        wanted = [("include_lines", "true"), ("include_delivery", "true")]
        rows = self._rows(
            f"/sales/order/{int(order_id)}/status", wanted, "/sales/order/{id}/status"
        )
        if not rows:
            raise _changed("there is no order in it", "GET /sales/order/{id}/status")
        return {**rows[0], "id": order_id}

    def export(self, number: int, parameter: str, value: str) -> list[wire.Row]:
        """Rows of a stored statement. It only reads, so it may be repeated."""
        endpoint = f"POST /system/export-definition/{number}"
        reply = self._keys.using(
            lambda: self._http.send(
                "POST",
                f"/system/export-definition/{number}",
                endpoint=endpoint,
                json=[{"name": parameter, "value": value}],
                safe_to_repeat=True,
            )
        )
        return wire.rows_of(reply.data, endpoint)

    def post_order(self, body: wire.Row, *, key: str) -> Any:
        """What was answered. Not safe to repeat: whether a second one is refused is not known."""
        reply = self._keys.using(
            lambda: self._http.send(
                "POST",
                "/sales/order",
                endpoint="POST /sales/order",
                params=[("session_id", self._session)],
                json=body,
                keys=[key],
            )
        )
        return wire.lowered(reply.data)

    def _models(self, model: type[Model], path: str, params: Pairs = ()) -> list[Model]:
        rows = self._rows(path, params)
        return [self._http.parse(model, row, endpoint=f"GET {path}") for row in rows]

    def _rows(self, path: str, params: Pairs, template: str = "") -> list[wire.Row]:
        endpoint = f"GET {template or path}"
        reply = self._keys.using(lambda: self._http.get(path, params, endpoint=endpoint))
        return wire.rows_of(reply.data, endpoint)


def log_in(http: VendorHttp) -> str:
    """A token. QUIRK(orderwise): a bare JSON string; how long it lasts is told differently by all
    who know it, so it is used until it is refused."""
    data = http.get("/token/gettoken", endpoint="GET /token/gettoken").data
    found = wire.lowered(data)
    if isinstance(found, dict):
        found = found.get("token") or found.get("access_token") or found.get("data")
    if not isinstance(found, str) or not found:
        raise _changed("the token is not readable", "GET /token/gettoken")
    return found.removeprefix("Bearer ")


def _changed(what: str, endpoint: str) -> SchemaChangedError:
    sentence = f"{wire.SYSTEM} changed the shape of its answer: {what}."
    return SchemaChangedError(sentence, field="", detail=endpoint)
