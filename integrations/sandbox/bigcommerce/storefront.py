"""What the store says of itself: settings, channels, tax classes, ways to pay and to send."""

from typing import Any

from integrations.sandbox.bigcommerce.errors import not_found
from integrations.sandbox.bigcommerce.formats import answer, iso
from integrations.sandbox.bigcommerce.listing import v2_page, v3_page
from integrations.sandbox.bigcommerce.state import State
from integrations.sandbox.core.http import Request, Response

ZONE = 1


class Storefront:
    def __init__(self, state: State) -> None:
        self._state = state

    def time(self, request: Request) -> Response:
        return answer({"time": int(self._state.now().timestamp())})

    def store(self, request: Request) -> Response:
        state = self._state
        return answer(
            {
                "id": state.store_hash,
                "domain": "shop.example.com",
                "secure_url": "https://shop.example.com",
                "status": "live",
                "name": state.name,
                "country": "United Kingdom",
                "country_code": "GB",
                "timezone": {"name": state.timezone, "raw_offset": 0, "dst_correction": False},
                "language": "en",
                "currency": state.currency,
                "decimal_places": 2,
                "weight_units": "KGS",
                "plan_name": "Sandbox",
                "plan_level": "Standard",
                "plan_is_trial": False,
                "is_price_entered_with_tax": True,
                "store_id": 1_025_646,
                "default_channel_id": 1,
                "features": {"multi_storefront_enabled": False},
            }
        )

    def inventory_settings(self, request: Request) -> Response:
        settings = {
            "update_stock_behavior": "order_placed",
            "edit_order_stock_adjustment": False,
            "refund_order_stock_adjustment": self._state.restocks_on_refund,
            "product_out_of_stock_behavior": "do_nothing",
            "option_out_of_stock_behavior": "do_nothing",
            "stock_level_display": "dont_show",
        }
        return answer({"data": settings, "meta": {}})

    def channels(self, request: Request) -> Response:
        made = iso(self._state.now())
        channel = {
            "id": 1,
            "external_id": "",
            "is_listable_from_ui": True,
            "is_enabled": True,
            "is_visible": True,
            "status": "active",
            "name": self._state.name,
            "type": "storefront",
            "platform": "bigcommerce",
            "date_created": made,
            "date_modified": made,
        }
        return v3_page(request, [channel], lambda row: row)

    def tax_classes(self, request: Request) -> Response:
        def view(item: tuple[int, Any]) -> dict[str, Any]:
            made = iso(self._state.now())
            name = f"VAT {item[1].normalize():f} %"
            return {"id": str(item[0]), "name": name, "created_at": made, "updated_at": made}

        return v2_page(request, list(self._state.tax_classes.items()), view)

    def currencies(self, request: Request) -> Response:
        code = self._state.currency
        row = {
            "id": 1,
            "is_default": True,
            "currency_code": code,
            "currency_exchange_rate": "1.0000000000",
            "decimal_places": 2,
            "name": code,
            "enabled": True,
            "is_transactional": True,
            "last_updated": iso(self._state.now()),
        }
        return v2_page(request, [row], lambda each: each)

    def payment_methods(self, request: Request) -> Response:
        rows = list(self._state.gateways.items())
        return v2_page(
            request, rows, lambda row: {"code": row[0], "name": row[1], "test_mode": False}
        )

    def shipping_zones(self, request: Request) -> Response:
        zone = {"id": ZONE, "name": "United Kingdom", "type": "country", "enabled": True}
        return v2_page(request, [zone], lambda row: row)

    def shipping_methods(self, request: Request, zone_id: str) -> Response:
        if zone_id != str(ZONE):
            raise not_found()
        return v2_page(
            request,
            list(self._state.shipping_methods.items()),
            lambda row: {"id": row[0], "name": row[1][0], "type": "perorder", "enabled": True},
        )
