"""The operating model of a simulated retailer, written from what the sandbox was seeded with."""

from typing import Any

import yaml

TABLE_ROWS = dict[str, list[dict[str, Any]]]
BRIGHTPEARL, ORDERWISE = RETAILERS = ("sitoo-brightpearl", "sitoo-orderwise")

JOURNAL_ACCOUNTS = {
    "sales": "4000",
    "gift-cards": "2110",
    "vat": "2200",
    "cash-difference": "7905",
    "rounding": "7901",
    "paid-out": "7905",
}


def model_text(
    shown: dict[str, Any],
    *,
    url: str,
    accounting_mode: str,
    bundle: bool = True,
    link: str = BRIGHTPEARL,
) -> str:
    """The file for a sandbox at `url` that answered `shown` for its estate.

    Payment types without an account in the estate stay unmapped, as in life.
    """
    estate, pos = shown["estate"], shown["sitoo"]
    owner = link.removeprefix("sitoo-")
    erp = shown[owner]
    if link == ORDERWISE:
        connection, mappings, price_list = (
            _orderwise(erp, url),
            _orderwise_rows(estate, pos, erp),
            "",
        )
    else:
        connection, mappings = _erp(erp, url, bundle=bundle), _mappings(estate, pos, erp)
        price_list = str(erp["price_list"])
    return yaml.safe_dump(
        {
            "retailer": {"name": estate["retailer"], "currency": estate["currency"]},
            "connections": {
                "sitoo": _pos(pos, url),
                owner: connection,
            },
            "owners": dict.fromkeys(("products", "prices", "finance", "inventory"), owner),
            "stores": {store["code"]: _store(store) for store in estate["stores"]},
            "links": {
                link: {
                    "template": link,
                    "channel": "sitoo",
                    "owner": owner,
                    "policy": {"accounting_mode": accounting_mode, "price_list": price_list},
                }
            },
            "mappings": {link: mappings},
        },
        sort_keys=False,
        allow_unicode=True,
    )


def _pos(pos: dict[str, Any], url: str) -> dict[str, Any]:
    return {
        "system": "sitoo",
        "role": "pos",
        "label": "Tills (Sitoo)",
        "settings": {
            "base_url": f"{url}{pos['base_path']}",
            "site_id": pos["site"],
            "api_id": pos["user"],
        },
        "credentials": {
            "password": "env:SITOO_PASSWORD",
            "webhook_password": "env:SITOO_WEBHOOK_PASSWORD",
        },
    }


def _erp(erp: dict[str, Any], url: str, *, bundle: bool) -> dict[str, Any]:
    return {
        "system": "brightpearl",
        "role": "erp",
        "label": "Brightpearl",
        "settings": {
            "base_url": f"{url}{erp['base_path']}/{erp['account']}",
            "app_ref": erp["app_ref"],
            "price_list_id": erp["price_list"],
            "journal_tax_code": "T0",
            "bundle": bundle,
        },
        "credentials": {
            "account_token": "env:BRIGHTPEARL_ACCOUNT_TOKEN",
            "webhook_token": "env:BRIGHTPEARL_WEBHOOK_TOKEN",
        },
    }


def _orderwise(erp: dict[str, Any], url: str) -> dict[str, Any]:
    return {
        "system": "orderwise",
        "role": "erp",
        "label": "OrderWise",
        "settings": {
            "base_url": f"{url}{erp['base_path']}",
            "username": erp["user"],
            "session_id": erp["session"],
            "order_type_id": erp["order_type"],
            "customer_id": erp["customer"],
            "delivery_method_id": erp["delivery_method"],
            "credit_mode": "order-type-4",
            **{f"{name}_export": id for name, id in erp["exports"].items()},
        },
        "credentials": {"password": "env:ORDERWISE_PASSWORD"},
    }


def _store(store: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": store["name"],
        "timezone": store["timezone"],
        "closes_at": store["closes"],
    }


def _mappings(estate: dict[str, Any], pos: dict[str, Any], erp: dict[str, Any]) -> TABLE_ROWS:
    return {
        "payment-type": [
            {"value": t["name"], "method": t["method_code"], "nominal": t["nominal"]}
            for t in estate["tenders"]
            if t["nominal"]
        ],
        "store-warehouse": [
            {
                "value": str(pos["warehouses"][store["code"]]),
                "label": store["name"],
                "warehouse": str(erp["warehouses"][store["code"]]),
                "contact": str(erp["contact"]),
                "channel": str(erp["channel"]),
            }
            for store in estate["stores"]
        ],
        "tax-code": [
            {"value": f"{_plain(code['rate'])}", "code": code["code"]}
            for code in estate["tax_codes"]
        ],
        "order-status": [
            {"value": "sale", "status": str(erp["sale_status"])},
            {"value": "return", "status": str(erp["return_status"])},
        ],
        "return-condition": _conditions(estate),
        "journal-account": [
            {"value": name, "nominal": nominal} for name, nominal in JOURNAL_ACCOUNTS.items()
        ],
    }


def _orderwise_rows(estate: dict[str, Any], pos: dict[str, Any], erp: dict[str, Any]) -> TABLE_ROWS:
    return {
        "payment-type": [
            {"value": name, "method": str(id)} for name, id in erp["payments"].items()
        ],
        "store-warehouse": [
            {
                "value": str(pos["warehouses"][store["code"]]),
                "label": store["name"],
                "warehouse": str(erp["locations"][store["code"]]),
                "quarantine": str(erp["quarantine"][store["code"]]),
                "contact": str(erp["customer"]),
            }
            for store in estate["stores"]
        ],
        "tax-code": [
            {"value": _plain(tax["rate"]), "code": str(erp["tax_rates"][tax["code"]])}
            for tax in estate["tax_codes"]
        ],
        "return-condition": _conditions(estate),
    }


def _conditions(estate: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"value": r["code"], "label": r["name"], "disposition": r["disposition"]}
        for r in estate["reasons"]
    ]


def _plain(rate: object) -> str:
    text = str(rate)
    return text.rstrip("0").rstrip(".") if "." in text else text


def secrets(shown: dict[str, Any]) -> dict[str, str]:
    """Environment variables that the file refers to; they open nothing but this sandbox."""
    return {
        "SITOO_PASSWORD": shown["sitoo"]["password"],
        "SITOO_WEBHOOK_PASSWORD": "rehearsal-tills",
        "BRIGHTPEARL_ACCOUNT_TOKEN": shown["brightpearl"]["account_token"],
        "BRIGHTPEARL_WEBHOOK_TOKEN": "rehearsal-erp",
        "ORDERWISE_PASSWORD": shown["orderwise"]["password"],
    }
