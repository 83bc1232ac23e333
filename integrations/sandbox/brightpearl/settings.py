"""How this account is set up: who may call, how fast, and the account's own choices."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass
class Settings:
    """Credentials are the sandbox's own and open nothing else."""

    account: str = "harbourvale"
    app_ref: str = "harbourvale_plumbline"
    account_token: str = "sandbox-account-token"
    staff_token: str = "sandbox-staff-token"
    dev_ref: str = "plumbline-dev"
    client_secret: str = "sandbox-client-secret"
    authorization_code: str = "sandbox-code"
    instance_id: int = 34

    currency: str = "GBP"
    zone: str = "Europe/London"
    new_order_status: int = 3
    invoiced_status: int = 4
    cancelled_status: int = 5
    new_credit_status: int = 10
    invoiced_credit_status: int = 11
    sales_nominal: str = "4000"
    shipping_nominal: str = "4040"
    discount_nominal: str = "4009"
    rounding_nominal: str = "8205"
    receivables_nominal: str = "1100"
    tax_nominal: str = "2200"
    stock_nominal: str = "1001"
    cost_nominal: str = "5000"
    default_shipping_method: int = 0

    per_minute: int | None = 200
    bundle_counts_as_messages: bool = False
    visibility_lag: timedelta = timedelta(seconds=2)  # before a new order is found by a search
    row_lag: timedelta = timedelta(0)  # before rows of a new order are visible
    invoice_delay: timedelta = timedelta(seconds=1)  # between close and the invoice number
    hook_delay: timedelta = timedelta(milliseconds=300)  # coalesces webhooks of one kind
