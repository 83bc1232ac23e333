"""Let the flows decide about receipts: the planner stores the answer, a rehearsal shows it."""

from collections.abc import Mapping
from datetime import date

from integrations.canonical.orders import SalesOrder
from integrations.flows import sales_credit_to_erp, sales_order_to_erp
from integrations.flows.decisions import Decision
from integrations.flows.receipts import Receipt, ReceiptPolicy
from integrations.mapping.lookups import Lookups
from integrations.services.originals import OriginalSale


def decide(
    receipt: Receipt,
    lookups: Lookups,
    *,
    on: date,
    policy: ReceiptPolicy,
    originals: Mapping[str, OriginalSale],
) -> Decision:
    """What should become of a receipt of trading day `on`. A return looks at its sale."""
    if isinstance(receipt, SalesOrder):
        return sales_order_to_erp.decide(receipt, lookups, on=on, policy=policy)
    sale = originals.get(receipt.original_external_id)
    original = sale.facts(besides=receipt.external_id) if sale else None
    return sales_credit_to_erp.decide(receipt, lookups, on=on, policy=policy, original=original)
