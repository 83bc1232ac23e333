"""Every kind of translation, one entry each: the editor, CSV and worklist come by themselves."""

from dataclasses import dataclass


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
    case_sensitive: bool = True


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
    ),
    MappingTable(
        key="store-warehouse",
        title="Stores and warehouses",
        source_label="Stock location at the till",
        source_choices="warehouses",
        targets=(
            TargetField("warehouse", "Warehouse", choices="warehouses"),
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
    ),
    MappingTable(
        key="order-status",
        title="Order statuses",
        source_label="Kind of order",
        source_choices="",
        targets=(TargetField("status", "Order status", choices="order-statuses"),),
        hold="MAP_OPS_MISSING",
        sentence="Orders of kind “{value}” have no status in the ERP.",
    ),
    MappingTable(
        key="return-condition",
        title="Return conditions",
        source_label="Reason code at the till",
        source_choices="reason-codes",
        targets=(
            TargetField("disposition", "What happens", options=("restock", "quarantine")),
        ),
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
    ),
)

TABLES = {table.key: table for table in MAPPING_TABLES}

# What the day journal may need an account for; also the source values of `journal-account`.
JOURNAL_ACCOUNTS = ("sales", "vat", "cash-difference", "rounding", "paid-out")
# The source values of `order-status`.
ORDER_KINDS = ("sale", "return", "click-and-collect")
