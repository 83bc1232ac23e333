"""Sites, stores, warehouses and registers; payment types, reason codes and people."""

from collections.abc import Mapping
from typing import Any

from integrations.sandbox.core.http import Request
from integrations.sandbox.sitoo.errors import invalid_value, missing, not_found
from integrations.sandbox.sitoo.formats import guid, read_int
from integrations.sandbox.sitoo.listing import (
    Wire,
    as_object,
    body_of,
    keep,
    page,
    project,
    wanted,
    wanted_ints,
    write,
)
from integrations.sandbox.sitoo.state import FIFO, SITE_ID, VIRTUAL, State, find


class Places:
    """What the backoffice sets up."""

    def __init__(self, state: State) -> None:
        self.state = state

    def list_sites(self, request: Request) -> Any:
        return page(request, [self._site()])

    def get_site(self, request: Request, siteid: str) -> Any:
        return project(request, self._site())

    def _site(self) -> Wire:
        return {
            "siteid": guid("site", self.state.account_id),
            "eshopid": SITE_ID,
            "sitename": self.state.company or "Sandbox",
            "currencycode": self.state.currency,
        }

    def list_stores(self, request: Request) -> Any:
        rows = keep(self.state.stores.values(), "externalid", wanted(request, "externalid"))
        return page(request, list(rows))

    def get_store(self, request: Request, storeid: str) -> Any:
        return project(request, find(self.state.stores, storeid))

    def list_warehouses(self, request: Request) -> Any:
        return page(request, list(self.state.warehouses.values()))

    def get_warehouse(self, request: Request, warehouseid: str) -> Any:
        return project(request, find(self.state.warehouses, warehouseid))

    def post_warehouse(self, request: Request) -> Any:
        """Add a warehouse. Returns its id."""
        body = as_object(body_of(request))
        for name in ("usetype", "name", "currencycode"):
            if body.get(name) is None:
                raise missing(name)
        kind = read_int(body.get("warehousetype", FIFO), "warehousetype")
        if kind not in (FIFO, VIRTUAL):
            raise invalid_value("warehousetype", kind)
        return self.add_warehouse(body | {"warehousetype": kind})

    def put_warehouse(self, request: Request, warehouseid: str) -> Any:
        row = find(self.state.warehouses, warehouseid)
        body = as_object(body_of(request))
        fixed = ("warehouseid", "warehousetype")
        row |= {name: body[name] for name in row if name in body and name not in fixed}
        return True

    def add_warehouse(self, body: Mapping[str, Any]) -> int:
        id = self.state.next_id("warehouse")
        self.state.warehouses[id] = {
            "warehouseid": id,
            "warehousetype": body.get("warehousetype", FIFO),
            "usetype": body.get("usetype", 10),
            "storeid": body.get("storeid"),
            "sellable": bool(body.get("sellable", True)),
            "currencycode": body.get("currencycode") or self.state.currency,
            "name": body["name"],
            "externalid": body.get("externalid"),
            "address": body.get("address", ""),
            "city": body.get("city", ""),
            "zip": body.get("zip", ""),
            "countryid": body.get("countryid", ""),
        }
        return id

    def list_registers(self, request: Request) -> Any:
        return page(request, [register.wire for register in self.state.registers.values()])

    def get_register(self, request: Request, registerid: str) -> Any:
        register = self.state.registers.get(registerid)
        if register is None:
            raise not_found()
        return project(request, register.wire)

    def list_payment_types(self, request: Request) -> Any:
        """QUIRK(sitoo): a bare array, sorted by `sortorder`."""
        rows = sorted(self.state.payment_types.values(), key=lambda row: row["sortorder"])
        return [project(request, row) for row in rows]

    def get_payment_type(self, request: Request, paymenttypeid: str) -> Any:
        return project(request, find(self.state.payment_types, paymenttypeid))

    def list_reasons(self, request: Request) -> Any:
        rows = keep(self.state.reason_codes.values(), "type", wanted_ints(request, "type"))
        return page(request, list(rows))

    def get_reason(self, request: Request, reasoncodeid: str) -> Any:
        return project(request, find(self.state.reason_codes, reasoncodeid))

    def list_users(self, request: Request) -> Any:
        rows = self.state.users.values()
        for name in ("email", "customernumber", "personalid", "mobile"):
            rows = list(keep(rows, name, wanted(request, name)))  # type: ignore[assignment]
        return page(request, list(rows))

    def get_user(self, request: Request, userid: str) -> Any:
        if userid not in self.state.users:
            raise not_found()
        return project(request, self.state.users[userid])

    def post_users(self, request: Request) -> Any:
        """Add customers or staff. Returns the GUID, or a row per person of an array."""
        return write(request, self.add_user)

    def put_users(self, request: Request) -> Any:
        """Change people by `userid`."""
        return write(request, self._change_user)

    def add_user(self, body: Mapping[str, Any]) -> str:
        email = body.get("email")
        if not email:
            raise missing("email")
        if any(user["email"] == email for user in self.state.users.values()):
            raise invalid_value("email", f"{email} is not unique")
        id = guid("user", self.state.seed, email)
        now = self.state.now()
        self.state.users[id] = {
            "userid": id,
            "email": email,
            **{name: body.get(name, "") for name in ("namefirst", "namelast", "personalid")},
            "externalid": body.get("externalid"),
            **{name: body.get(name, "") for name in ("company", "phone", "mobile", "notes")},
            "customernumber": body.get("customernumber"),
            "pricelistid": body.get("pricelistid"),
            "role": body.get("role"),
            "warehouses": list(body.get("warehouses") or []),
            "datecreated": now,
            "datemodified": now,
        }
        return id

    def _change_user(self, body: Mapping[str, Any]) -> bool:
        row = self.state.users.get(str(body.get("userid")))
        if row is None:
            raise not_found()
        fixed = ("userid", "datecreated", "datemodified")
        row |= {name: body[name] for name in row if name in body and name not in fixed}
        row["datemodified"] = self.state.now()
        return True
