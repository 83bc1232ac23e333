"""What each role looks at every day, written from the live configuration. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from monitoring.setup import Setup
from monitoring.words import listed


@dataclass(frozen=True, slots=True)
class Check:
    """One line. `key` stays the same while the wording follows the configuration."""

    key: str
    text: str
    page: str  # the name of the page where it is looked at
    query: str = ""
    weekly: bool = False


def checks_of(role: str, setup: Setup) -> list[Check]:
    """Return the checklist of a role; nothing for a role that has none."""
    makers = {
        "operator": _operations,
        "finance_preparer": _preparer,
        "finance_approver": _approver,
        "store": _store,
        "warehouse": _warehouse,
        "merchandising": _merchandising,
        "customer_experience": _service,
        "admin": _administrator,
        "auditor": _auditor,
    }
    return list(makers[role](setup)) if role in makers else []


TEAM = Check(
    "team", "Work your team’s exceptions until none is due today", "exceptions", "tab=team"
)


def _operations(setup: Setup) -> Iterator[Check]:
    yield TEAM
    for wiring in setup.wirings:
        yield Check(
            f"flows:{wiring.slug}",
            f"See that every flow between {wiring.channel} and {wiring.owner} keeps up",
            "flows",
        )
    if "inventory" in setup.owners:
        owner = setup.owners["inventory"]
        yield Check("drift", f"Look where stock differs from {owner}, and mend the cause", "stock")
    yield Check("stuck", "Look for receipts that need a person", "orders", "state=held")
    yield Check(
        "back", "Look at what came back after it was put right", "exceptions", "tab=closed", True
    )


def _preparer(setup: Setup) -> Iterator[Check]:
    yield TEAM
    if setup.shops:
        many = len(setup.shops) > 1
        shops = f"each of the {len(setup.shops)} shops" if many else setup.shops[0].name
        yield Check("prepare", f"Prepare yesterday for {shops}", "days")
    if any(wiring.accounting == "daily_journal" for wiring in setup.wirings):
        ledger = setup.owners.get("finance", "the ledger")
        yield Check("journals", f"See that yesterday’s journals reached {ledger}", "days")
    yield Check("codes", "Map payment types and VAT rates that are in use", "mappings")


def _approver(setup: Setup) -> Iterator[Check]:
    yield TEAM
    yield Check("sign", "Sign the days that are prepared", "days")
    yield Check(
        "old", "Ask about exceptions older than a day", "exceptions", "tab=team&age=24", True
    )


def _store(setup: Setup) -> Iterator[Check]:
    yield TEAM
    names = listed([shop.name for shop in setup.shops])
    if names:
        yield Check("closed", f"See that yesterday’s till closes arrived: {names}", "days")
    yield Check("returns", "Give returns their condition", "orders", "kind=return&state=held")


def _warehouse(setup: Setup) -> Iterator[Check]:
    yield TEAM
    yield Check("stock", "See that the stock numbers are fresh", "stock")
    yield Check("flows", "See that orders and stock move", "flows")


def _merchandising(setup: Setup) -> Iterator[Check]:
    yield TEAM
    master = setup.owners.get("products", "the product master")
    yield Check("skus", f"Create or map SKUs that {master} does not know", "mappings")
    yield Check("products", "See that products and prices reached the channels", "flows")


def _service(setup: Setup) -> Iterator[Check]:
    yield TEAM
    yield Check(
        "waiting", "Look at orders that wait, before their customers ask", "orders", "state=held"
    )


def _administrator(setup: Setup) -> Iterator[Check]:
    yield TEAM
    systems = {name for wiring in setup.wirings for name in (wiring.channel, wiring.owner)}
    if systems:
        yield Check(
            "connections", f"See that {listed(sorted(systems), most=6)} answer", "connections"
        )
    yield Check("unmapped", "Map what is in use and not mapped", "mappings")
    yield Check("channels", "See that every team has a way to be told, and that it works", "alerts")
    yield Check("changes", "Read who changed what this week", "audit", weekly=True)
    yield Check("manual", "Read the chapters of the manual that changed", "manual", weekly=True)


def _auditor(setup: Setup) -> Iterator[Check]:
    yield Check("changes", "Read who changed what this week", "audit", weekly=True)
    yield Check("owners", "See that every type of exception has an owner", "owners", weekly=True)
