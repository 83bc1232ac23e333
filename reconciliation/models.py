"""Store-days, who signed them, why they differ, and the journals that were built of them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Self

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from reconciliation.journals import Line

USER = settings.AUTH_USER_MODEL


def money_field(**options: Any) -> models.DecimalField:
    return models.DecimalField(max_digits=18, decimal_places=4, **options)


class StoreDayQuerySet(models.QuerySet["StoreDay"]):
    def between(self, first: date, last: date) -> Self:
        return self.filter(business_date__gte=first, business_date__lte=last)

    def working(self) -> Self:
        """Days whose figures still follow the facts."""
        return self.exclude(state=StoreDay.State.SIGNED)

    def clean(self) -> Self:
        """Days that may be prepared without anybody looking: everything ties, nothing noted."""
        return self.filter(state=StoreDay.State.READY, variances=0, late=0)


class StoreDay(models.Model):
    """One store's one trading day. `content` is what its pages show; `content_hash` names it."""

    class State(models.TextChoices):
        COLLECTING = "collecting"
        VARIANCE = "variance"  # complete, and something differs that nobody explained
        READY = "ready"
        PREPARED = "prepared"
        SIGNED = "signed"
        REOPENED = "reopened"  # signed once, collecting again

    store_code = models.CharField(max_length=40)
    store_name = models.CharField(max_length=80)
    business_date = models.DateField()
    currency = models.CharField(max_length=3, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.COLLECTING)
    round = models.PositiveIntegerField(default=1)  # one more with each reopening
    seen_version = models.BigIntegerField(default=0)  # of the facts in `content`
    look_at = models.DateTimeField(null=True, blank=True)  # again, while something is on its way
    checked_at = models.DateTimeField(null=True, blank=True)
    content = models.JSONField(encoder=DjangoJSONEncoder, default=dict)
    content_hash = models.CharField(max_length=64, blank=True)
    prepared_facts = models.JSONField(encoder=DjangoJSONEncoder, null=True, blank=True)
    receipts = models.PositiveIntegerField(default=0)
    gross = money_field(default=0)  # of the receipts
    variance = money_field(default=0)  # Σ |amount| of what differs, explained or not
    variances = models.PositiveIntegerField(default=0)
    unexplained = models.PositiveIntegerField(default=0)
    blockers = models.PositiveIntegerField(default=0)
    late = models.PositiveIntegerField(default=0)  # undecided late receipts of a signed day
    seal_broken_at = models.DateTimeField(null=True, blank=True)
    seal_checked_at = models.DateTimeField(null=True, blank=True)
    seal_lines = models.JSONField(encoder=DjangoJSONEncoder, default=list, blank=True)

    objects = StoreDayQuerySet.as_manager()

    class Meta:
        ordering = ("-business_date", "store_name")
        constraints = [
            models.UniqueConstraint(
                fields=("store_code", "business_date"), name="storeday_one_per_day"
            )
        ]
        indexes = [
            models.Index(fields=("business_date", "store_code"), name="storeday_by_date"),
            models.Index(
                fields=("look_at",),
                condition=Q(look_at__isnull=False),
                name="storeday_look_again",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.store_name}, {self.business_date:%d %B %Y}"


class SignOff(models.Model):
    """One step of a sign-off: who, when, the hash of what they saw. Appended, never edited."""

    class Step(models.TextChoices):
        PREPARED = "prepared"
        SENT_BACK = "sent-back"
        SIGNED = "signed"
        REOPENED = "reopened"

    day = models.ForeignKey(StoreDay, models.PROTECT, related_name="steps")
    round = models.PositiveIntegerField()
    step = models.CharField(max_length=10, choices=Step.choices)
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=150)
    at = models.DateTimeField()
    content_hash = models.CharField(max_length=64)
    statement = models.CharField(max_length=500, blank=True)  # what was declared, or the reason

    class Meta:
        ordering = ("at", "id")
        constraints = [
            models.UniqueConstraint(
                fields=("day", "round"),
                condition=Q(step="signed"),
                name="signoff_once_a_round",
            ),
            models.CheckConstraint(
                condition=~Q(step__in=("sent-back", "reopened")) | ~Q(statement=""),
                name="signoff_going_back_has_reason",
            ),
        ]


class EvidencePack(models.Model):
    """What was signed, as canonical JSON, chained to the retailer's pack before. Never edited."""

    sequence = models.PositiveIntegerField(unique=True)
    day = models.ForeignKey(StoreDay, models.PROTECT, related_name="packs")
    round = models.PositiveIntegerField()
    part = models.PositiveIntegerField(default=1)  # 1 is the day, the next are late receipts
    made_at = models.DateTimeField()
    content = models.TextField()  # canonical JSON: sorted keys, no spaces, amounts as text
    content_hash = models.CharField(max_length=64)  # the day's content that the signer saw
    previous_hash = models.CharField(max_length=64, unique=True)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ("sequence",)
        constraints = [
            models.UniqueConstraint(fields=("day", "round", "part"), name="evidencepack_one_a_part")
        ]

    def __str__(self) -> str:
        return f"{self.day}, pack {self.sequence}"


class ChainHead(models.Model):
    """The newest pack, in one row: locked while the next one is chained to it."""

    sequence = models.PositiveIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True)


class ReasonCode(models.Model):
    """Why a variance is acceptable."""

    code = models.SlugField(max_length=30, unique=True)
    label = models.CharField(max_length=120)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ("label",)

    def __str__(self) -> str:
        return self.label


class VarianceNote(models.Model):
    """Somebody's explanation of one variance at one amount. The newest of a key holds."""

    day = models.ForeignKey(StoreDay, models.PROTECT, related_name="notes")
    round = models.PositiveIntegerField()
    key = models.CharField(max_length=160)  # Variance.key
    reason = models.ForeignKey(ReasonCode, models.PROTECT)
    amount = money_field()  # what was explained; another amount is not explained by it
    currency = models.CharField(max_length=3)
    text = models.CharField(max_length=300, blank=True)
    is_carried = models.BooleanField(default=False)  # a reconciling item that will clear later
    owner = models.CharField(max_length=80, blank=True)
    expected_on = models.DateField(null=True, blank=True)
    cleared_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        ordering = ("at", "id")
        constraints = [
            models.CheckConstraint(
                condition=Q(is_carried=False) | (~Q(owner="") & Q(expected_on__isnull=False)),
                name="variancenote_carried_has_owner",
            )
        ]


class LateItem(models.Model):
    """A receipt that arrived for a day that was signed without it, until somebody decides."""

    class Decision(models.TextChoices):
        REOPEN = "reopen"
        POST_TODAY = "post-today"

    day = models.ForeignKey(StoreDay, models.PROTECT, related_name="late_items")
    round = models.PositiveIntegerField()
    document_id = models.BigIntegerField()
    number = models.CharField(max_length=64)
    register_id = models.CharField(max_length=64, blank=True)
    gross = money_field()  # signed: a return is negative
    tax = money_field()
    currency = models.CharField(max_length=3)
    arrived_at = models.DateTimeField()
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True)
    posted_on = models.DateField(null=True, blank=True)  # the open day that takes it
    reason = models.CharField(max_length=300, blank=True)
    decided_by = models.ForeignKey(USER, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("arrived_at", "id")
        constraints = [
            models.UniqueConstraint(
                fields=("day", "round", "document_id"), name="lateitem_once_a_round"
            ),
            models.CheckConstraint(
                condition=Q(decision="") | Q(decided_at__isnull=False),
                name="lateitem_decision_has_time",
            ),
        ]


class Tolerance(models.Model):
    """What finance accepts unexplained, per store; the row without a store holds for the others."""

    store_code = models.CharField(max_length=40, blank=True, unique=True)
    figures = money_field(default=0)  # |right − left| of any row of the matrix
    cash = money_field(default=Decimal(5))  # |counted − expected| of one till close
    sign_limit = money_field(default=Decimal(250))  # Σ |explained| that any approver may sign

    def __str__(self) -> str:
        return self.store_code or "All stores"


class SignerLimit(models.Model):
    """One approver's own limit, instead of the store's."""

    user = models.OneToOneField(USER, models.CASCADE, related_name="+")
    amount = money_field()


class DayJournalQuerySet(models.QuerySet["DayJournal"]):
    def of_day(self, store_code: str, on: date) -> Self:
        """Every journal that was posted on this day, oldest first."""
        return self.filter(store_code=store_code, business_date=on).order_by("sequence")

    def of_takings(self, store_code: str, on: date, *, late_until: datetime | None = None) -> Self:
        """Journals of this day's takings, wherever posted; late ones up to `late_until`."""
        late = Q(late_of=on) if late_until is None else Q(late_of=on, built_at__lte=late_until)
        own = self.filter(Q(business_date=on, late_of=None) | late, store_code=store_code)
        return own.order_by("built_at", "pk")


class DayJournal(models.Model):
    """One journal of one store and trading day. A later fact adds another; none is ever edited."""

    store_code = models.CharField(max_length=40)
    store_name = models.CharField(max_length=80)
    business_date = models.DateField()
    sequence = models.PositiveIntegerField()  # 1 is the day's journal, the next are deltas
    reference = models.CharField(max_length=64, unique=True)
    currency = models.CharField(max_length=3)
    accounting_mode = models.CharField(max_length=20)
    lines = models.JSONField(encoder=DjangoJSONEncoder)  # nominal, memo, amount, receipts
    total = models.DecimalField(max_digits=18, decimal_places=4)  # sum of debits
    receipts = models.PositiveIntegerField()
    transfer_id = models.BigIntegerField(null=True, blank=True)
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="reversed_by"
    )
    late_of = models.DateField(null=True, blank=True)  # the signed day whose late receipts it has
    reason = models.CharField(max_length=300, blank=True)  # of a reversal or a late posting
    by_name = models.CharField(max_length=150, blank=True)
    built_at = models.DateTimeField()

    objects = DayJournalQuerySet.as_manager()

    class Meta:
        ordering = ("-business_date", "store_name", "sequence")
        constraints = [
            models.UniqueConstraint(
                fields=("store_code", "business_date", "sequence"), name="dayjournal_in_order"
            )
        ]

    def __str__(self) -> str:
        return self.reference

    def as_lines(self) -> list[Line]:
        return [
            Line(row["nominal"], row["memo"], Decimal(row["amount"]), list(row["receipts"]))
            for row in self.lines
        ]

    @property
    def is_balanced(self) -> bool:
        return sum((Decimal(line["amount"]) for line in self.lines), Decimal(0)) == 0
