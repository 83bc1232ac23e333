"""What a value may be meant to be, best first, each with the evidence for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from integrations.public import CatalogueItem, Link, MappingChange, MappingRow, MappingTable, desk
from monitoring.words import counted

ALIKE = 0.55  # below this two names are not alike
MOST = 5
Labels = Mapping[str, Sequence[tuple[str, str]]]  # target field → the vendor's (code, label)


@dataclass(frozen=True)
class Suggestion:
    """A whole target that may be meant, in words, and why we think so."""

    target: dict[str, str]
    label: str
    why: str

    @property
    def code(self) -> str:
        return next(iter(self.target.values()), "")


def suggest(link: Link, table: MappingTable, value: str, choices: Labels) -> list[Suggestion]:
    """Return what may be meant by `value`: what it was before, what its neighbours are, names."""
    if table.key == "sku-alias":
        return suggest_skus(link, value)
    found: dict[tuple[tuple[str, str], ...], Suggestion] = {}
    for one in (
        *_before(link, table, value, choices),
        *_neighbours(link, table, value, choices),
        *_named_alike(table, value, choices),
    ):
        found.setdefault(tuple(sorted(one.target.items())), one)
    return list(found.values())[:MOST]


def _before(link: Link, table: MappingTable, value: str, choices: Labels) -> list[Suggestion]:
    """What this very value was mapped to until somebody removed it."""
    gone = MappingChange.objects.filter(
        link=link, table=table.key, source_value__iexact=value, after__isnull=True
    ).first()
    if gone is None or not gone.before:
        return []
    return [_suggestion(gone.before, choices, f"it was so until {gone.at:%-d %B %Y}")]


def _neighbours(link: Link, table: MappingTable, value: str, choices: Labels) -> list[Suggestion]:
    """What values with a similar name are mapped to, the most alike and most used first."""
    rows = MappingRow.objects.filter(link=link, table=table.key)
    uses = desk.coverage(link, table.key).uses
    scored = [(likeness(value, row.source_value), uses.get(row.pk, 0), row.pk, row) for row in rows]
    kept = sorted((each for each in scored if each[0] >= ALIKE), reverse=True)
    return [
        _suggestion(
            row.target,
            choices,
            f"as for “{row.source_value}”, {counted(used)} in 90 days",
        )
        for _, used, _, row in kept[:2]
    ]


def _named_alike(table: MappingTable, value: str, choices: Labels) -> list[Suggestion]:
    """The vendor's own values with the same code or a similar name, one field after the other."""
    target, reasons = {}, []
    for field in table.targets:
        best = _best(value, choices.get(field.name, ()))
        if best is None:
            continue
        target[field.name] = best[0]
        reasons.append("same code" if best[0].casefold() == value.casefold() else "similar name")
    if not target:
        return []
    return [_suggestion(target, choices, ", ".join(dict.fromkeys(reasons)))]


def _best(value: str, choices: Sequence[tuple[str, str]]) -> tuple[str, str] | None:
    same = [each for each in choices if each[0].casefold() == value.casefold()]
    scored = sorted(((likeness(value, label), code, label) for code, label in choices))
    if same:
        return same[0]
    return scored[-1][1:] if scored and scored[-1][0] >= ALIKE else None


def _suggestion(target: Mapping[str, str], choices: Labels, why: str) -> Suggestion:
    words = [dict(choices.get(name, ())).get(code, code) for name, code in target.items()]
    return Suggestion(dict(target), " · ".join(words), why)


def suggest_skus(link: Link, sku: str) -> list[Suggestion]:
    """Look for the owner's product with the same barcode, then for one of the same name."""
    known = CatalogueItem.objects.filter(connection_id=link.channel_id, sku=sku).first()
    owned = CatalogueItem.objects.filter(connection_id=link.owner_id, is_active=True)
    if known is None:
        return _named(owned.filter(sku__startswith=sku[:3])[:200], sku, "similar SKU", by="sku")
    same: Any = owned.filter(barcode=known.barcode)[:MOST] if known.barcode else []
    exact = [_item(each, f"same barcode {known.barcode}") for each in same]
    first = known.name.split(" ")[0] if known.name else sku[:3]
    names = owned.filter(name__startswith=first)[:200]
    alike = _named(names, known.name, "similar name", by="name")
    return [*exact, *(each for each in alike if each.code not in {e.code for e in exact})][:MOST]


def _named(items: Any, text: str, why: str, *, by: str) -> list[Suggestion]:
    scored = [(likeness(text, getattr(item, by)), item) for item in items]
    kept = sorted((pair for pair in scored if pair[0] >= ALIKE), key=lambda pair: -pair[0])
    return [_item(item, why) for _, item in kept[:MOST]]


def _item(item: CatalogueItem, why: str) -> Suggestion:
    return Suggestion(
        {"sku": item.sku}, f"{item.name} ({item.sku})" if item.name else item.sku, why
    )


def likeness(left: str, right: str) -> float:
    """How alike two names are, from 0 to 1; sharing the first word is alike enough."""
    left, right = left.casefold(), right.casefold()
    words = left.split() or [""]
    if len(words[0]) > 2 and words[0] in right:
        return 1
    return SequenceMatcher(None, left, right).ratio()
