"""Two invented systems and a small file that is right."""

from pydantic import BaseModel, ConfigDict, SecretStr

from integrations.connectors.addresses import check_url
from integrations.operating_model import OperatingModel, OperatingModelError, SystemFacts, load


class TillConfig(BaseModel):
    model_config = ConfigDict(extra="forbid")

    base_url: str
    account: str
    site_id: int = 1
    password: SecretStr


class LedgerConfig(BaseModel):
    model_config = ConfigDict(extra="forbid")

    base_url: str
    token: SecretStr
    bundle: bool = True


SYSTEMS = {
    facts.slug: facts
    for facts in (
        SystemFacts("sitoo", "Sitoo", frozenset({"pos"}), ("password",), TillConfig),
        SystemFacts("brightpearl", "Brightpearl", frozenset({"erp"}), ("token",), LedgerConfig),
        SystemFacts("orderwise", "OrderWise", frozenset({"erp"}), ("token",), LedgerConfig),
    )
}

FILE = """\
retailer: {name: Salt & Thyme, currency: GBP}
connections:
  tills:
    system: sitoo
    role: pos
    label: Shop tills
    settings: {base_url: https://pos.example, account: 0120, site_id: 2}
    credentials: {password: env:TILL_PASSWORD}
  ledger:
    system: brightpearl
    role: erp
    label: Ledger
    settings: {base_url: https://erp.example/acme, bundle: no}
    credentials: {token: env:LEDGER_TOKEN}
owners:
  products: ledger
  prices: ledger
  finance: ledger
  inventory: ledger
stores:
  YRK: {name: York, timezone: Europe/London, cut_off: 04:00, closes_at: 17:30}
links:
  main:
    template: sitoo-brightpearl
    channel: tills
    owner: ledger
    policy: {stock: {safety_stock: {default: 1, by_sku: {MUG: 3}}}}
mappings:
  main:
    payment-type:
      - {value: Cash, method: CASH, nominal: 1210}
      - {value: NO, method: NORD, nominal: 0120, effective_from: 2026-04-01}
"""


def read(text: str, *, overrides: tuple[str, ...] = (), origins: tuple[str, ...] = ()):
    return load(
        text,
        name="shop.yaml",
        systems=SYSTEMS,
        check_url=lambda url: check_url(url, origins),
        overrides=overrides,
    )


def complaints(text: str, **options: object) -> str:
    """Every problem of a file that is refused, one a line."""
    try:
        found = read(text, **options)  # type: ignore[arg-type]
    except OperatingModelError as error:
        return str(error)
    assert not isinstance(found, OperatingModel), "the file was accepted"
    return ""


def changed(old: str, new: str) -> str:
    assert old in FILE
    return FILE.replace(old, new, 1)
