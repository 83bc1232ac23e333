"""The operating model of a simulated retailer, written from what the sandbox was seeded with."""

from typing import Any

import yaml

TABLE_ROWS = dict[str, list[dict[str, Any]]]
LINK = "sitoo-brightpearl"

JOURNAL_ACCOUNTS = {
    "sales": "4000",
    "gift-cards": "2110",
    "vat": "2200",
    "cash-difference": "7905",
    "rounding": "7901",
    "paid-out": "7905",
}


def model_text(
    shown: dict[str, Any], *, url: str, accounting_mode: str, bundle: bool = True
) -> str:
    """The file for a sandbox at `url` that answered `shown` for its estate.

    Payment types without an account in the estate stay unmapped, as in life.
    """
    estate, pos, erp = shown["estate"], shown["sitoo"], shown["brightpearl"]
    return yaml.safe_dump(
        {
            "retailer": {"name": estate["retailer"], "currency": estate["currency"]},
            "connections": {
                "sitoo": _pos(pos, url),
                "brightpearl": _erp(erp, url, bundle=bundle),
            },
            "owners": {
                "products": "brightpearl",
                "prices": "brightpearl",
                "finance": "brightpearl",
                "inventory": "brightpearl",
            },
            "stores": {store["code"]: _store(store) for store in estate["stores"]},
            "links": {
                LINK: {
                    "template": LINK,
                    "channel": "sitoo",
                    "owner": "brightpearl",
                    "policy": {
                        "accounting_mode": accounting_mode,
                        "price_list": str(erp["price_list"]),
                    },
                }
            },
            "mappings": {LINK: _mappings(estate, pos, erp)},
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
        "return-condition": [
            {"value": r["code"], "label": r["name"], "disposition": r["disposition"]}
            for r in estate["reasons"]
        ],
        "journal-account": [
            {"value": name, "nominal": nominal} for name, nominal in JOURNAL_ACCOUNTS.items()
        ],
    }


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
    }
