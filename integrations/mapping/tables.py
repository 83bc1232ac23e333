"""Every kind of translation, one entry each: the editor, CSV and worklist come by themselves."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation


@dataclass(frozen=True, slots=True)
class TargetField:
    """One column of a mapping's right-hand side. `choices` names the vendor's real list."""

    name: str
    label: str
    choices: str = ""  # a kind of ports.Connector.choices at the owner; "" with `options`
    options: tuple[str, ...] = ()  # a closed list of ours
    required: bool = True


@dataclass(frozen=True, slots=True)
class MappingTable:
    key: str
    title: str
    source_label: str
    source_choices: str  # a kind of ports.Connector.choices at the channel; "" free text
    targets: tuple[TargetField, ...]
    hold: str  # the exception key when a value in use has no row
    sentence: str  # "{value}" is the unmapped value
    source_options: tuple[str, ...] = ()  # a closed list of ours
    case_sensitive: bool = True
    numeric: bool = False  # 20, 20.0 and 20.000 are one value

    def target(self, name: str) -> TargetField | None:
        """The target field of this name."""
        return next((field for field in self.targets if field.name == name), None)

    def without(self, names: Collection[str]) -> "MappingTable":
        """The same table for a pair of systems that has no use for these target fields."""
        return replace(self, targets=tuple(f for f in self.targets if f.name not in names))

    def clean_source(self, value: str) -> str:
        """A source value as it is stored: one spelling of the spaces and of a number."""
        value = " ".join(value.split())
        return _plain_number(value) if self.numeric else value

    def source_key(self, value: str) -> str:
        """Two source values with the same key are the same value of this table."""
        value = self.clean_source(value)
        return value if self.case_sensitive else value.casefold()


def _plain_number(text: str) -> str:
    """`20.000` → `20`, `5.50` → `5.5`; text that is no number stays as it is."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    return format(number.normalize() + 0, "f") if number.is_finite() else text


# What the day journal may need an account for; also the source values of `journal-account`.
JOURNAL_ACCOUNTS = ("sales", "gift-cards", "vat", "cash-difference", "rounding", "paid-out")
# The source values of `order-status`.
ORDER_KINDS = ("sale", "return", "click-and-collect")

MAPPING_TABLES: tuple[MappingTable, ...] = (
    MappingTable(
        key="payment-type",
        title="Payment types",
        source_label="Payment type at the till",
        source_choices="payment-types",
        targets=(
            TargetField("method", "Payment method", choices="payment-methods"),
            TargetField("nominal", "GL account", choices="nominal-codes"),
        ),
        hold="PAYMENT_UNMAPPED",
        sentence="Payment type “{value}” has no GL account.",
        case_sensitive=False,
    ),
    MappingTable(
        key="store-warehouse",
        title="Stores and warehouses",
        source_label="Stock location at the till",
        source_choices="warehouses",
        targets=(
            TargetField("warehouse", "Warehouse", choices="warehouses"),
            TargetField(
                "quarantine", "Place for goods not to sell", choices="warehouses", required=False
            ),
            TargetField("contact", "Walk-in customer", choices="contacts"),
            TargetField("channel", "Sales channel", choices="channels", required=False),
        ),
        hold="MAP_OPS_MISSING",
        sentence="Stock location “{value}” of the tills has no warehouse.",
    ),
    MappingTable(
        key="tax-code",
        title="Tax codes",
        source_label="VAT rate in percent",
        source_choices="tax-rates",
        targets=(TargetField("code", "Tax code", choices="tax-codes"),),
        hold="MAP_TAX_MISSING",
        sentence="VAT rate {value} % has no tax code.",
        numeric=True,
    ),
    MappingTable(
        key="order-status",
        title="Order statuses",
        source_label="Kind of order",
        source_choices="",
        targets=(TargetField("status", "Order status", choices="order-statuses"),),
        hold="MAP_OPS_MISSING",
        sentence="Orders of kind “{value}” have no status in the ERP.",
        source_options=ORDER_KINDS,
    ),
    MappingTable(
        key="return-condition",
        title="Return conditions",
        source_label="Reason code at the till",
        source_choices="reason-codes",
        targets=(TargetField("disposition", "What happens", options=("restock", "quarantine")),),
        hold="RETURN_NOT_CREDITED",
        sentence="Return reason “{value}” does not say whether goods go back on sale.",
    ),
    MappingTable(
        key="sku-alias",
        title="SKU aliases",
        source_label="SKU at the till",
        source_choices="",
        targets=(TargetField("sku", "SKU in the ERP", choices="skus"),),
        hold="SKU_UNMAPPED",
        sentence="SKU “{value}” is not in the ERP.",
    ),
    MappingTable(
        key="journal-account",
        title="Journal accounts",
        source_label="What is posted",
        source_choices="",
        targets=(TargetField("nominal", "GL account", choices="nominal-codes"),),
        hold="JOURNAL_FAILED",
        sentence="The day journal has no account for “{value}”.",
        source_options=JOURNAL_ACCOUNTS,
    ),
)

TABLES = {table.key: table for table in MAPPING_TABLES}
