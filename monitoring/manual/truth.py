"""Where truth sits: which system decides each thing, who has a copy, how it gets there. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from monitoring.setup import Setup, Wiring
from monitoring.words import listed


@dataclass(frozen=True, slots=True)
class Thing:
    """One line of the object register."""

    name: str
    decided_in: str
    copied_to: str
    how_often: str
    answerable: str


def truth(setup: Setup) -> list[Thing]:
    """Return the register; empty while no link is set up."""
    return list(_things(setup)) if setup.wirings else []


def _things(setup: Setup) -> Iterator[Thing]:
    goods, stock = setup.crew("MER"), setup.crew("OPS")
    ledger = setup.owners.get("finance", "")
    tills = [wiring for wiring in setup.wirings if wiring.channel_role == "pos"]
    shops = [wiring for wiring in setup.wirings if wiring.channel_role == "shop"]
    for name, domain in (("Products", "products"), ("Prices", "prices")):
        owner = setup.owners.get(domain, "")
        yield Thing(name, owner, _copies(setup, owner), "As they change", goods)
    yield Thing(
        "Stock", _stock(setup), _copies(setup, setup.owners.get("inventory", "")), "", stock
    )
    for wiring in tills:
        yield Thing("Store sales and returns", wiring.channel, wiring.owner, "At once", stock)
        yield Thing("Day totals", wiring.channel, ledger, _journal(wiring), setup.crew("FIN"))
    for wiring in shops:
        yield Thing("Online orders", wiring.channel, wiring.owner, "At once", stock)
    yield Thing("How codes translate", "Plumbline", "–", "When saved", setup.crew("ADM"))


def _stock(setup: Setup) -> str:
    default = setup.owners.get("inventory", "")
    others = [f"{label} for {place}" for place, label in setup.stock_elsewhere.items()]
    return "; ".join([default, *others])


def _copies(setup: Setup, owner: str) -> str:
    names = [wiring.channel for wiring in setup.wirings if wiring.owner == owner]
    return listed(names) if names else "–"


def _journal(wiring: Wiring) -> str:
    if wiring.journal == "on_signed":
        return "When finance has signed the day"
    return "As soon as the store’s day is complete"


def cadence(wiring: Wiring) -> str:
    """Return how often stock reaches a channel, in a sentence."""
    merged = f"as it happens, changes within {wiring.merged_seconds} s together"
    every = f"every {wiring.interval_minutes} minutes"
    words = {
        "event": f"{merged}; everything is compared at {wiring.nightly_at} UTC",
        "interval": f"{every}; everything is compared at {wiring.nightly_at} UTC",
        "hybrid": f"{merged}, and {every} whatever was missed; everything at "
        f"{wiring.nightly_at} UTC",
    }[wiring.cadence]
    return words[:1].upper() + words[1:]
