"""Orders as they go over the wire: the blank form and sums over rows."""

from collections.abc import Iterable
from decimal import Decimal

from integrations.sandbox.sitoo.formats import ZERO, money
from integrations.sandbox.sitoo.listing import Wire
from integrations.sandbox.sitoo.state import SITE_ID

OPEN, CLOSED, CANCELLED = 0, 10, 20
PAID = 20
ORDER = 10  # ordertypeid of a sale
STATE_WORDS = {OPEN: "open", CLOSED: "closed", CANCELLED: "cancelled"}

PERSON_FIELDS = ("email", "namefirst", "namelast", "personalid", "company", "phone")
ADDRESS_FIELDS = tuple(
    f"{kind}_{part}"
    for kind in ("invoice", "delivery")
    for part in ("address", "address2", "zip", "city", "state", "countryid")
)
NOTE_FIELDS = ("comment", "commentinternal", "customerref", "checkoutref")
ZERO_FIELDS = (
    "moneycheckout_net",
    "moneycheckout_vat",
    "moneytotal_gross_checkout",
    "moneydelivery_net",
    "moneydelivery_vat",
    "moneytotal_gross_delivery",
    "moneyfinal_salestax",
)
TOTAL_FIELDS = (
    "moneytotal_net",
    "moneytotal_vat",
    "moneytotal_gross_checkout",
    "moneytotal_gross_delivery",
    "moneytotal_gross_roundoff",
    "moneytotal_gross_all",
)
LEFT_OUT_OF_LISTS = frozenset(
    {
        "externalid",
        "creditorderid",
        "userid_staff",
        "additionaldata",
        "orderlogitems",
        *ADDRESS_FIELDS,
        *TOTAL_FIELDS,
    }
)
"""QUIRK(sitoo): absent from a list unless `fields` names them."""


def blank_order(order_id: int, *, currency: str, at: int) -> Wire:
    """An open order without rows, dated `at`."""
    return (
        {"orderid": order_id, "eshopid": SITE_ID, "externalid": None, "creditorderid": None}
        | {"checkouttypeid": 0, "deliverytypeid": 0}
        | dict.fromkeys((*PERSON_FIELDS, *ADDRESS_FIELDS, *NOTE_FIELDS), "")
        | {"moneytotal_net": "0.00", "moneytotal_vat": "0.00"}
        | dict.fromkeys(ZERO_FIELDS, "0.00")
        | {"moneyfinal_net": "0.00", "moneyfinal_vat": "0.00"}
        | {"moneytotal_gross_roundoff": "0.00", "moneytotal_gross_all": "0.00"}
        | {"checkouttypename": "", "checkoutmethodid": 0, "checkoutmethodsubid": 0}
        | {"deliverytypename": "", "orderdate": at, "orderstateid": OPEN, "paymentstateid": 0}
        | {"ordertypeid": ORDER, "userid_staff": None, "registerid": None, "warehouseid": None}
        | {"datereserved": None, "currencycode": currency, "additionaldata": {}}
        | {"orderitems": [], "payments": [], "reservedpayments": []}
        | {"orderlogitems": [log_item(at, 0)]}
    )


def totals(items: Iterable[Wire], *, rounding: Decimal = ZERO) -> Wire:
    """The sums of the rows; `rounding` is what cash payment adds to them."""
    rows = list(items)
    net = sum((Decimal(row["moneyitemtotal_net"]) for row in rows), ZERO)
    vat = sum((Decimal(row["moneyitemtotal_vat"]) for row in rows), ZERO)
    return {
        "moneytotal_net": money(net),
        "moneytotal_vat": money(vat),
        "moneyfinal_net": money(net),
        "moneyfinal_vat": money(vat),
        "moneytotal_gross_roundoff": money(rounding),
        "moneytotal_gross_all": money(net + vat + rounding),
    }


def log_item(at: int, kind: int, *, text: str | None = None, number: int | None = None) -> Wire:
    """One line of an order's log."""
    return {"datelog": at, "orderlogtypeid": kind, "strvalue": text, "fvalue": number}
