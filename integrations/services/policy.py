"""A link's policies as values."""

from collections.abc import Mapping

from integrations.flows.receipts import ReceiptPolicy
from integrations.mapping.tables import MappingTable
from integrations.models import Link, Retailer
from integrations.operating_model.policy import LinkPolicy
from integrations.operating_model.templates import LINK_TEMPLATES


def link_policy(link: Link) -> LinkPolicy:
    return LinkPolicy.model_validate(link.policy)


def mapping_tables(link: Link) -> Mapping[str, MappingTable]:
    """The mapping tables that a link has, each with the fields that its two systems need."""
    return LINK_TEMPLATES[link.template].tables


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
        erp_style=LINK_TEMPLATES[link.template].erp_style.value,
    )
