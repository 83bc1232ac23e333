"""Trading days made up from a seed. The same seed gives the same trade, to the byte."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from integrations.sandbox.trade import baskets, returns
from integrations.sandbox.trade.catalogue import Product
from integrations.sandbox.trade.dice import Dice
from integrations.sandbox.trade.estate import Estate, Store, example_estate
from integrations.sandbox.trade.items import (
    ZERO,
    Allocation,
    Receipt,
    ReceiptLine,
    Tender,
    TillClose,
    TradeItem,
    in_arrival_order,
)

RETURNS_PER_MILLE = 92  # drawn; some find nothing to give back: about 8 in 100 come out
BLIND_PER_MILLE = 120  # of the returns: no receipt, no link to a sale
PLANTED_FROM = 20  # smaller days are too small for planted troubles
SALES_PER_KLARNA = 40
SALES_PER_UNKNOWN_SKU = 120
EVENTS_PER_ALLOCATION = 250
CASH_DIFFERENCE = Decimal("-2.50")
HOUR_WEIGHTS = (6, 7, 9, 12, 11, 8, 8, 9, 10, 8, 6, 5)  # by hours since opening; busiest at lunch


@dataclass(frozen=True)
class _Moment:
    """Somebody comes to a till."""

    at: datetime
    arrives_at: datetime
    store: Store
    till: str


def generate(
    *, events: int, seed: int, day: date, days: int = 1, estate: Estate | None = None
) -> list[TradeItem]:
    """`events` receipts over `days` trading days, with closes and allocations, by arrival."""
    shop = estate or example_estate()
    sold = returns.SoldGoods(frozenset(p.sku for p in shop.products if p.is_stocked))
    items: list[TradeItem] = []
    for number in range(days):
        share = events * (number + 1) // days - events * number // days
        trading_day = _Day(shop, day + timedelta(number), Dice(seed, "day", number), sold)
        items += trading_day.items(share)
    return in_arrival_order(items)


class _Day:
    """One date at every store. Stores open and close by their own clocks."""

    def __init__(self, estate: Estate, day: date, dice: Dice, sold: returns.SoldGoods) -> None:
        self.estate, self.day, self.dice, self.sold = estate, day, dice, sold
        self.shelf = baskets.Shelf.of(estate)
        self.unmapped = [tender for tender in estate.tenders if not tender.nominal]
        self.strangers = [product for product in estate.products if not product.known_to_erp]
        self.without_condition = False

    def items(self, events: int) -> list[TradeItem]:
        moments = self._moments(events)
        planted = self._planted(events)
        receipts = [
            self._receipt(number, moment, planted.get(number))
            for number, moment in enumerate(moments)
        ]
        return [*receipts, *self._allocations(events), *self._closes()]

    def _moments(self, events: int) -> list[_Moment]:
        dice = self.dice.branch("moments")
        shares = tuple((store, store.share) for store in self.estate.stores)
        drawn = [self._moment(dice, dice.weighted(shares)) for _ in range(events)]
        return sorted(drawn, key=lambda moment: moment.at)

    def _moment(self, dice: Dice, store: Store) -> _Moment:
        opens, closes = time.fromisoformat(store.opens), time.fromisoformat(store.closes)
        weights = tuple(enumerate(HOUR_WEIGHTS[: closes.hour - opens.hour]))
        seconds = dice.weighted(weights) * 3600 + dice.below(3600)
        at = self._instant(store, store.opens) + timedelta(seconds=seconds)
        till = dice.pick(store.tills).code
        return _Moment(at, self._arrival(store, till, at), store, till)

    def _arrival(self, store: Store, till: str, at: datetime) -> datetime:
        if store.offline is None or store.offline[0] != till:
            return at
        cut, back = (self._instant(store, moment) for moment in store.offline[1:])
        return back if cut <= at < back else at

    def _instant(self, store: Store, wall_clock: str) -> datetime:
        local = datetime.combine(
            self.day, time.fromisoformat(wall_clock), tzinfo=ZoneInfo(store.timezone)
        )
        return local.astimezone(UTC)

    def _planted(self, events: int) -> dict[int, str]:
        """Which receipts carry a planted trouble: a tender or a SKU that the ERP does not know."""
        if events < PLANTED_FROM:
            return {}
        dice = self.dice.branch("planted")
        unmapped = max(1, events // SALES_PER_KLARNA) if self.unmapped else 0
        strange = max(1, events // SALES_PER_UNKNOWN_SKU) if self.strangers else 0
        troubles = ["tender"] * unmapped + ["sku"] * strange
        planted: dict[int, str] = {}
        for trouble in troubles:
            planted[_free(dice, events, planted)] = trouble
        return planted

    def _receipt(self, number: int, moment: _Moment, trouble: str | None) -> Receipt:
        dice = self.dice.branch(number)
        ref = f"{self.day:%y%m%d}-{number + 1:05d}"
        if trouble is None and dice.happens(RETURNS_PER_MILLE):
            returned = self._return(dice, ref, moment)
            if returned is not None:
                return returned
        return self._sale(dice, ref, moment, trouble)

    def _sale(self, dice: Dice, ref: str, moment: _Moment, trouble: str | None) -> Receipt:
        lines = baskets.draw_rows(dice, self.shelf)
        if trouble == "sku":
            lines = (*lines, baskets.sold_row(dice.pick(self.strangers), 1))
        total = sum((line.gross for line in lines), ZERO)
        tenders = baskets.draw_tenders(dice, self.shelf, total)
        if trouble == "tender":
            tenders = baskets.paid_with(dice, dice.pick(self.unmapped), total)
        sale = self._rung(dice, ref, moment, lines, tenders)
        if trouble is None:
            self.sold.remember(sale)
        return sale

    def _return(self, dice: Dice, ref: str, moment: _Moment) -> Receipt | None:
        if dice.happens(BLIND_PER_MILLE):
            return self._blind_return(dice, ref, moment)
        found = self.sold.draw(dice, store=moment.store.code, at=moment.at)
        if found is None:
            return None
        units = dice.between(1, found.units_left)
        line = returns.returned_row(found, units, reason=self._reason(dice))
        found.units_left -= units
        tenders = returns.refund_tenders(found, -line.gross)
        refund = self._rung(dice, ref, moment, (line,), tenders)
        return replace(refund, original=found.sale.ref)

    def _blind_return(self, dice: Dice, ref: str, moment: _Moment) -> Receipt:
        """Goods without a receipt, given back as a credit note."""
        goods = [pair for pair in self.shelf.products if pair[0].is_stocked]
        sold = baskets.sold_row(dice.weighted(goods), 1)
        line = replace(
            sold,
            quantity=-1,
            gross=-sold.gross,
            full_gross=-sold.full_gross,
            reason_code=self._reason(dice),
        )
        tenders = (Tender("Credit note", line.gross),)
        return self._rung(dice, ref, moment, (line,), tenders)

    def _reason(self, dice: Dice) -> str:
        """Why goods come back; the first return of every day was rung up without saying."""
        if not self.without_condition:
            self.without_condition = True
            return ""
        weights = zip(self.estate.reasons, returns.REASON_WEIGHTS, strict=True)
        return dice.weighted(tuple(weights)).code

    def _rung(
        self,
        dice: Dice,
        ref: str,
        moment: _Moment,
        lines: tuple[ReceiptLine, ...],
        tenders: tuple[Tender, ...],
    ) -> Receipt:
        total = sum((line.gross for line in lines), ZERO)
        rounding = baskets.cash_rounding(moment.store, tenders, total)
        if rounding:
            tenders = (replace(tenders[0], amount=tenders[0].amount + rounding),)
        return Receipt(
            ref=ref,
            store=moment.store.code,
            till=moment.till,
            occurred_at=moment.at,
            arrives_at=moment.arrives_at,
            lines=lines,
            tenders=tenders,
            rounding=rounding,
            staff=f"{moment.store.code}-E{dice.between(1, 4)}",
        )

    def _allocations(self, events: int) -> Iterator[Allocation]:
        dice = self.dice.branch("allocations")
        goods = [pair for pair in self.shelf.products if pair[0].is_stocked]
        count = max(1, events // EVENTS_PER_ALLOCATION) if events >= PLANTED_FROM else 0
        for number in range(count):
            moment = self._moment(dice, dice.pick(self.estate.stores))
            product: Product = dice.weighted(goods)
            ref = f"CC-{self.day:%y%m%d}-{number + 1:03d}"
            yield Allocation(ref, moment.store.code, moment.at, moment.at, product.sku, 1)

    def _closes(self) -> Iterator[TillClose]:
        tills = [(store, till) for store in self.estate.stores for till in store.tills]
        short = self.dice.branch("cash").below(len(tills))
        for place, (store, till) in enumerate(tills):
            at = self._instant(store, store.closes) + timedelta(minutes=4 + till.number)
            difference = CASH_DIFFERENCE if place == short else ZERO
            yield TillClose(store.code, till.code, at, at, difference)


def _free(dice: Dice, events: int, taken: dict[int, str]) -> int:
    """An event in the later three quarters of the day that is not taken."""
    while True:
        number = dice.between(events // 4, events - 1)
        if number not in taken:
            return number
