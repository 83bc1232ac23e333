"""Customers, their groups, and price lists."""

from typing import Any

from integrations.sandbox.bigcommerce.errors import not_found
from integrations.sandbox.bigcommerce.formats import iso
from integrations.sandbox.bigcommerce.listing import among, v2_page, v3_page
from integrations.sandbox.bigcommerce.state import Person, State
from integrations.sandbox.core.http import Request, Response


class Customers:
    def __init__(self, state: State) -> None:
        self._state = state

    def list_all(self, request: Request) -> Response:
        ids, emails = among(request, "id:in"), among(request, "email:in")
        groups = among(request, "customer_group_id:in")
        rows = [
            person
            for person in self._state.people.values()
            if (ids is None or str(person.id) in ids)
            and (emails is None or person.email in emails)
            and (groups is None or str(person.group_id) in groups)
        ]
        return v3_page(request, rows, self._view)

    def groups(self, request: Request) -> Response:
        return v2_page(request, list(self._state.groups.values()), lambda row: row)

    def price_lists(self, request: Request) -> Response:
        return v3_page(request, list(self._state.price_lists.values()), lambda row: row)

    def prices(self, request: Request, price_list_id: str) -> Response:
        if not price_list_id.isdecimal() or int(price_list_id) not in self._state.price_lists:
            raise not_found()
        return v3_page(request, self._state.prices[int(price_list_id)], lambda row: row)

    def _view(self, person: Person) -> dict[str, Any]:
        made = iso(person.modified or self._state.now())
        return {
            "id": person.id,
            "email": person.email,
            "first_name": person.first_name,
            "last_name": person.last_name,
            "company": "",
            "phone": "",
            "notes": "",
            "tax_exempt_category": "",
            "customer_group_id": person.group_id,
            "address_count": 0,
            "origin_channel_id": 1,
            "channel_ids": [1],
            "date_created": made,
            "date_modified": made,
        }
