"""Sales orders and credits: checked field by field, taken as they are, despatched by hand."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from integrations.sandbox.orderwise.formats import local
from integrations.sandbox.orderwise.state import (
    AWAITING,
    COMPLETED,
    CREDIT,
    CURRENCIES,
    DELIVERY,
    LOCATIONS,
    ORDER,
    PARTLY,
    PAYMENTS,
    TAX_RATES,
    RefusedError,
    State,
    Wire,
)

FIRST_ID, FIRST_ORDER, FIRST_CREDIT = 48211, 104533, 981
HEADER_LISTS = {"deliveryMethodId": DELIVERY, "currencyId": CURRENCIES}
Faults = dict[str, list[str]]


class Orders:
    def __init__(self, state: State) -> None:
        self._state = state

    def post(self, body: Mapping[str, Any], session: str | None) -> Any:
        """Raises RefusedError."""
        if session is None or not session.isdecimal() or int(session) not in self._state.sessions:
            raise RefusedError(400, "The session does not exist.")
        self._check(body)
        order = self._make(body)
        switch = self._state.switches.reply
        if switch == "nothing":
            return None
        if switch == "number":
            return order["orderId"]
        return {name: order[name] for name in ("orderId", "orderNumber", "eCommerceOrderNumber")}

    def despatch(self, id: int, units: Mapping[int, Decimal], *, tracking: str) -> Wire:
        """Send `units` of lines by item number; the status follows."""
        order = self._state.orders[id]
        for line in order["orderLines"]:
            line["quantityDespatched"] += units.get(line["itemNumber"], Decimal(0))
        is_done = all(
            line["quantityDespatched"] >= line["quantity"] for line in order["orderLines"]
        )
        order["orderStatus"] = COMPLETED if is_done else PARTLY
        order["amended"] = self._state.clock.now()
        order["deliveries"].append(
            {
                "deliveryNumber": f"DN{98812 + len(order['deliveries']):07d}",
                "deliveryDate": self._state.now(),
                "courierName": "DPD",
                "consignmentNumbers": [tracking],
            }
        )
        return order

    def set_status(self, id: int, text: str) -> None:
        """What somebody there chose."""
        self._state.orders[id]["orderStatus"] = text
        self._state.orders[id]["amended"] = self._state.clock.now()

    def status(self, id: str) -> Wire:
        """Raises RefusedError while the import has not run."""
        order = self._state.orders.get(int(id)) if id.isdecimal() else None
        if order is None or order not in self._state.visible():
            raise RefusedError(404, "The order does not exist.")
        names = ("orderNumber", "eCommerceOrderNumber", "orderStatus", "orderLines", "deliveries")
        return {"subStatus": ""} | {name: order[name] for name in names}

    def _check(self, body: Mapping[str, Any]) -> None:
        faults: Faults = {}
        header, lines = body.get("orderHeader") or {}, body.get("orderLines") or []
        self._check_customer(body.get("customer") or {}, faults)
        self._check_header(header, faults)
        if not lines:
            faults["orderLines"] = ["At least one line is required."]
        for place, line in enumerate(lines):
            self._check_line(f"orderLines[{place}]", line, faults)
        for place, payment in enumerate(body.get("payments") or []):
            if not self._state.is_listed(PAYMENTS, payment.get("paymentMethodId")):
                faults[f"payments[{place}].paymentMethodId"] = ["The payment method is unknown."]
        if faults:
            raise RefusedError(400, "The request is invalid.", faults)
        number = header["eCommerceOrderNumber"]
        known = [row["eCommerceOrderNumber"] for row in self._state.orders.values()]
        if self._state.switches.refuses_duplicates and number in known:
            raise RefusedError(400, f"E-commerce order number '{number}' already exists.")

    def _check_customer(self, customer: Mapping[str, Any], faults: Faults) -> None:
        accounts = {row["accountNumber"] for row in self._state.customers.values()}
        is_known = customer.get("id") in self._state.customers
        if not is_known and customer.get("accountNumber") not in accounts:
            faults["customer"] = ["The customer was not found."]

    def _check_header(self, header: Mapping[str, Any], faults: Faults) -> None:
        for name in ("eCommerceOrderNumber", "orderDate"):
            if not header.get(name):
                faults[f"orderHeader.{name}"] = ["A value is required."]
        if header.get("systemOrderType") not in (ORDER, CREDIT):
            faults["orderHeader.systemOrderType"] = ["The order type is unknown."]
        for name, number in HEADER_LISTS.items():
            if name in header and not self._state.is_listed(number, header[name]):
                faults[f"orderHeader.{name}"] = ["The value is not in its list."]

    def _check_line(self, path: str, line: Mapping[str, Any], faults: Faults) -> None:
        code = line.get("variantCode")
        if self._state.variant(code) is None:
            faults[f"{path}.variantCode"] = [f"Variant code '{code}' was not found."]
        rate = line.get("taxRateId")
        if not self._state.is_listed(TAX_RATES, rate):
            faults[f"{path}.taxRateId"] = ["The tax rate is unknown."]
        elif rate in self._state.zero_rates and not self._state.switches.takes_zero_rated:
            faults[f"{path}.taxRateId"] = ["Zero rated lines are not allowed."]
        if not self._state.is_listed(LOCATIONS, line.get("stockLocationId")):
            faults[f"{path}.stockLocationId"] = ["The stock location is unknown."]

    def _make(self, body: Mapping[str, Any]) -> Wire:
        header, now = body["orderHeader"], self._state.clock.now()
        is_credit = header["systemOrderType"] == CREDIT
        id = FIRST_ID + len(self._state.orders)
        count = sum(row["isCredit"] == is_credit for row in self._state.orders.values())
        number = f"CR{FIRST_CREDIT + count:06d}" if is_credit else f"SO{FIRST_ORDER + count}"
        order = {
            "orderId": id,
            "orderNumber": number,
            "eCommerceOrderNumber": header["eCommerceOrderNumber"],
            "customerOrderRef": header.get("customerOrderRef", ""),
            "isCredit": is_credit,
            "orderGross": header.get("orderGross"),
            "orderTax": header.get("orderTax"),
            "orderStatus": AWAITING,
            "amended": now,
            "imported_at": now + self._state.switches.import_delay,
            "deliveries": [],
            "orderLines": [
                {
                    "itemNumber": line["itemNumber"],
                    "variantCode": line["variantCode"],
                    "quantity": Decimal(line["quantity"]),
                    "quantityDespatched": Decimal(0),
                }
                for line in body["orderLines"]
            ],
        }
        self._state.orders[id] = order
        self._move(body["orderLines"], is_credit=is_credit)
        kind = "credit" if is_credit else "order"
        self._state.record(kind, id, header["eCommerceOrderNumber"], dict(body))
        return order

    def _move(self, lines: list[Wire], *, is_credit: bool) -> None:
        for line in lines:
            variant = self._state.variant(line["variantCode"])
            if variant is not None:
                units = Decimal(line["quantity"])
                self._state.move(variant, line["stockLocationId"], units if is_credit else -units)


def status_rows(state: State, since: str) -> list[Wire]:
    """What the published status export selects: a row per delivery.

    QUIRK(orderwise): `orderNumber` is the internal id, and `orderID` what people call the number.
    """
    rows = []
    for order in state.visible():
        if local(order["amended"]) < since:
            continue
        for delivery in order["deliveries"] or [{}]:
            number = (delivery.get("consignmentNumbers") or [""])[0]
            rows.append(
                {
                    "orderID": order["orderNumber"],
                    "orderStatus": order["orderStatus"],
                    "trackNumber": number,
                    "trackingLink": f"https://track.example/{number}" if number else "",
                    "orderNumber": order["orderId"],
                    "orderReference": order["customerOrderRef"],
                    "dateShipped": delivery.get("deliveryDate"),
                }
            )
    return rows
