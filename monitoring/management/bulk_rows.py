"""Believable rows to multiply: receipts with their transfers, holds, and cases that are over."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from integrations import public
from monitoring import registry
from monitoring.models import CaseEvent, ExceptionCase, Team
from monitoring.working_time import due_at

DAYS = 90
STEPS = (
    ("create-order", 1, "order"),
    ("issue-goods-out", 2, "goods-out"),
    ("ship-goods-out", 3, ""),
    ("take-payment", 2, "payment:0"),
)
# How often each cause holds something up, and how many different subjects it has.
HELD = (
    ("SKU_UNMAPPED", 40, 0.5, "LB-{:05d}"),
    ("PAYMENT_UNMAPPED", 15, 0.0, "Klarna"),
    ("VALIDATION_FAILED", 15, 1.0, "R-{:07d}"),
    ("MAP_OPS_MISSING", 8, 0.02, "warehouse {}"),
    ("MAP_TAX_MISSING", 6, 0.01, "{}"),
    ("RETURN_NOT_CREDITED", 8, 0.5, "R-{:07d}"),
    ("READBACK_MISMATCH", 4, 1.0, "R-{:07d}"),
    ("SALE_NOT_POSTED", 4, 1.0, "R-{:07d}"),
)


class Rows:
    """Makes rows for one pair of systems from one seed; nothing is saved here."""

    def __init__(
        self, link: public.Link, stores: list[public.Store], *, seed: int, now: datetime
    ) -> None:
        self.link, self.stores, self.now = link, stores, now
        self.random = Random(seed)

    def moment(self, days: int = DAYS) -> datetime:
        return self.now - timedelta(seconds=self.random.randrange(60, days * 86400))

    def amount(self) -> Decimal:
        return Decimal(self.random.randrange(150, 24000)) / 100

    def receipt(self, pk: int | None, number: int, state: str, days: int) -> public.Document:
        at, gross = self.moment(days), self.amount()
        net = (gross / Decimal("1.2")).quantize(Decimal("0.01"))
        kind = "return" if self.random.random() < 0.08 else "sale"
        store = self.random.choice(self.stores)
        return public.Document(
            pk=pk,
            connection_id=self.link.channel_id,
            link=self.link,
            kind=kind,
            external_id=f"bulk-{number}",
            number=f"R-{number:07d}",
            store=store,
            store_code=store.code,
            placed_at=at,
            received_at=at + timedelta(seconds=2),
            planned_at=at + timedelta(seconds=3),
            posted_at=at + timedelta(seconds=5) if state == "posted" else None,
            business_date=at.date(),
            currency="GBP",
            gross=gross,
            net=net,
            tax=gross - net,
            units=1,
            state=state,
            record={},
        )

    def line(self, pk: int, document: public.Document) -> public.DocumentLine:
        return public.DocumentLine(
            pk=pk,
            document=document,
            line_id="1",
            sku=f"LB-{self.random.randrange(9999):05d}",
            name="Enamel mug",
            location_code=document.store_code,
            quantity=1,
            signed_quantity=1,
            net=document.net,
            tax=document.tax,
            tax_rate=20,
            moved_at=document.posted_at,
            absorbed_at=document.posted_at,
        )

    def tender(self, pk: int, document: public.Document) -> public.DocumentTender:
        return public.DocumentTender(
            pk=pk,
            document=document,
            index=0,
            name="Card",
            amount=document.gross,
            reference=f"PAY-{document.external_id}",
        )

    def transfers(self, first: int, document: public.Document) -> Iterator[public.Transfer]:
        for offset, (operation, step, link_kind) in enumerate(STEPS):
            yield public.Transfer(
                pk=first + offset,
                link=self.link,
                flow="sales-order-to-erp",
                operation=operation,
                document=document,
                connection_id=self.link.owner_id,
                key=f"bulk:{document.external_id}:{operation}",
                link_kind=link_kind,
                payload={},
                lane=public.Transfer.Lane.SALES,
                due_order=document.received_at,
                step=step,
                state="posted",
                not_before=document.received_at,
                attempts=1,
                external_ref=str(self.random.randrange(100000, 9999999)),
                value=document.gross,
                currency="GBP",
                created_at=document.received_at,
                posted_at=document.posted_at,
                verified_at=document.posted_at,
            )

    def links(
        self, first: int, transfers: Iterable[public.Transfer]
    ) -> Iterator[public.DocumentLink]:
        """Where each effect that left a record stands."""
        named = (each for each in transfers if each.link_kind)
        for pk, transfer in enumerate(named, first):
            yield public.DocumentLink(
                pk=pk,
                document=transfer.document,
                connection_id=transfer.connection_id,
                kind=transfer.link_kind,
                external_id=transfer.external_ref,
                linked_at=transfer.posted_at or transfer.created_at,
            )

    def held(self, number: int) -> tuple[public.Document, public.Hold]:
        document = self.receipt(None, number, "held", days=2)
        kinds, weights = [each[0] for each in HELD], [each[1] for each in HELD]
        kind = self.random.choices(kinds, weights)[0]
        _, _, variety, pattern = next(each for each in HELD if each[0] == kind)
        subject = pattern.format(self.random.randrange(int(number * variety) + 1))
        return document, public.Hold(
            kind=kind,
            subject=subject,
            sentence=f"“{subject}” is not right, so the receipt waits.",
            link=self.link,
            connection_id=self.link.channel_id,
            document=document,
            store_code=document.store_code,
            value=document.gross,
            currency="GBP",
            opened_at=document.received_at,
        )

    def closed_case(self, pk: int, teams: dict[str, Team]) -> ExceptionCase:
        type = registry.TYPES[self.random.choice([each[0] for each in HELD])]
        team = teams[type.owner]
        opened = self.moment()
        closed = opened + timedelta(minutes=self.random.randrange(2, 600))
        subject = f"LB-{self.random.randrange(99999):05d}"
        dismissed = self.random.random() < 0.06
        return ExceptionCase(
            pk=pk,
            fingerprint=f"{type.key}:bulk:{subject}:{pk}",
            type_key=type.key,
            subject=subject,
            title=f"“{subject}” held up receipts. {type.title}.",
            summary=f"Held up receipts at {self.random.choice(self.stores)}.",
            severity=type.severity,
            state="dismissed" if dismissed else "resolved",
            team=team,
            link=self.link,
            store_code=self.random.choice(["", *(store.code for store in self.stores)]),
            value_at_risk=self.amount(),
            currency="GBP",
            value_is_exact=True,
            formula="gross value of the records that waited",
            rank=self.amount(),
            first_seen=opened,
            opened_at=opened,
            last_seen=closed,
            first_action_due=due_at(opened, type.sla_first, team.hours),
            resolve_due=due_at(opened, type.sla_resolve, team.hours),
            closed_at=closed,
            cause_gone_at=closed,
            reopened=self.random.choices([0, 1, 2], [90, 8, 2])[0],
        )

    def story(self, first: int, case: ExceptionCase) -> Iterator[CaseEvent]:
        lines = (
            (case.opened_at, "opened", "Seen for the first time."),
            (case.closed_at or self.now, "cleared", "Its cause went away."),
        )
        for offset, (at, kind, sentence) in enumerate(lines):
            yield CaseEvent(pk=first + offset, case=case, at=at, kind=kind, sentence=sentence)
