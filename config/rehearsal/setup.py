"""Bring a rehearsal to its starting line: tables, users, retailer, master data, webhooks."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management import call_command

from config.operating_model_sections import SECTIONS
from config.rehearsal.control import Control
from config.rehearsal.model import BRIGHTPEARL, model_text, secrets
from integrations import public
from integrations.operating_model.templates import LINK_TEMPLATES
from integrations.services import operating_model

RETAILERS = Path(__file__).resolve().parent.parent / "retailers"


@dataclass(frozen=True, slots=True)
class Trade:
    """What is rung up: files, or so many generated events."""

    files: tuple[str, ...] = ()
    events: int = 400
    seed: int = 1
    stores: int | None = None
    currency: str = "GBP"
    timezone: str | None = None
    days: str | None = None

    def body(self) -> dict[str, Any]:
        if self.files:
            body: dict[str, Any] = {"paths": list(self.files), "currency": self.currency}
            extra = {"stores": self.stores, "timezone": self.timezone, "days": self.days}
            return body | {name: value for name, value in extra.items() if value is not None}
        return {"events": self.events, "seed": self.seed}

    def ring(self, control: Control) -> dict[str, Any]:
        """Ring everything up at once."""
        answer: dict[str, Any] = control.post(
            "trade/csv" if self.files else "trade/generate", self.body()
        )
        return answer


def prepare(
    control: Control,
    trade: Trade,
    *,
    accounting_mode: str,
    bundle: bool = True,
    link: str = BRIGHTPEARL,
) -> None:
    """Empty tables → a retailer whose operating model is applied and whose shelves are full."""
    call_command("migrate", verbosity=0)
    shown = control.post("estate", trade.body() if trade.files else {})
    os.environ.update(secrets(shown))
    if trade.files:  # shops and codes that only the files know
        text = model_text(shown, url=control.url, accounting_mode=accounting_mode, link=link)
        overrides = []
    else:
        text = (RETAILERS / f"{link}.yaml").read_text(encoding="utf-8")
        overrides = _addresses(shown, control.url, link)
    overrides.append(f"links.{link}.policy.accounting_mode={accounting_mode}")
    if link == BRIGHTPEARL:
        overrides.append(f"connections.brightpearl.settings.bundle={str(bundle).lower()}")
    model = operating_model.read_file(text, name=f"{link}.yaml", overrides=overrides)
    operating_model.apply(
        model, sections=SECTIONS, by="rehearsal", reason="Rehearsal", now=public.system_now()
    )


def _addresses(shown: dict[str, Any], url: str, link: str) -> list[str]:
    """The example speaks of the sandbox's usual port; this one has its own."""
    owner = LINK_TEMPLATES[link].owner_system
    pos, erp = shown["sitoo"]["base_path"], shown[owner]["base_path"]
    account = f"/{shown[owner]['account']}" if link == BRIGHTPEARL else ""
    return [
        f"connections.sitoo.settings.base_url={url}{pos}",
        f"connections.{owner}.settings.base_url={url}{erp}{account}",
    ]
