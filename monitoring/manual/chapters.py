"""The chapters in their order, what each states, and how a change of it is noticed. Pure."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, is_dataclass
from hashlib import sha256
from typing import Any

from monitoring.manual.owners import matrix
from monitoring.manual.truth import cadence, truth
from monitoring.setup import Setup


@dataclass(frozen=True, slots=True)
class Chapter:
    """`facts` are all that the chapter states of this retailer: when they change, it changed."""

    key: str
    title: str
    template: str
    facts: Callable[[Setup], Any]


def digest_of(facts: Any) -> str:
    """Return a name of these very facts: equal facts, equal name."""
    return sha256(json.dumps(facts, default=_plain, sort_keys=True).encode()).hexdigest()


def _plain(value: Any) -> Any:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else str(value)


def _truth(setup: Setup) -> Any:
    paces = [(wiring, cadence(wiring)) for wiring in setup.wirings]
    return {"things": truth(setup), "paces": paces}


def _sales(setup: Setup) -> Any:
    return {"wirings": setup.wirings, "shops": setup.shops, "currency": setup.currency}


def _alerts(setup: Setup) -> Any:
    return {"types": matrix(setup), "crews": setup.crews}


CHAPTERS: tuple[Chapter, ...] = (
    Chapter("truth", "Where truth sits", "_manual_truth.html", _truth),
    Chapter("sales", "How a sale reaches the books", "_manual_sales.html", _sales),
    Chapter("alerts", "How to read an alert, and who acts", "_manual_alerts.html", _alerts),
)
