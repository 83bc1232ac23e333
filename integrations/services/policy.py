"""A link's policies as values."""

from integrations.flows.receipts import ReceiptPolicy
from integrations.models import Link, Retailer
from integrations.operating_model.policy import LinkPolicy


def link_policy(link: Link) -> LinkPolicy:
    return LinkPolicy.model_validate(link.policy)


def ledger_currency() -> str:
    """The retailer's currency; nothing is converted implicitly."""
    return Retailer.objects.values_list("currency", flat=True).get()


def receipt_policy(link: Link) -> ReceiptPolicy:
    policy = link_policy(link)
    return ReceiptPolicy(
        channel=link.channel.slug,
        accounting_mode=policy.accounting_mode.value,
        currency=ledger_currency(),
        price_list=policy.price_list,
    )
