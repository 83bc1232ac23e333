"""What an OrderWise connection needs to know."""

from enum import StrEnum
from typing import Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, SecretStr, model_validator

from integrations.canonical.fulfilment import Stage


class CreditMode(StrEnum):
    MANUAL = "manual"  # a person keys it in
    ORDER_TYPE_4 = "order-type-4"  # an order of the system type Credit


class OrderwiseConfig(BaseModel):
    """One installation and one of its e-commerce sessions. Each channel has a session of its own.

    `base_url` includes the virtual folder, `https://acme.orderwisecloud.com/owapi`; test
    installations choose other folders. The export definitions are made there by hand; their
    numbers differ per installation.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    base_url: str = Field(pattern=r"^https?://[^/?#\s]+(/[^/?#\s]+)+/?$")
    username: str = Field(min_length=1, pattern=r"^[^:]+$")
    password: SecretStr
    session_id: int = Field(ge=1)
    order_type_id: int | None = None
    customer_id: int | None = None  # for sales without a contact: one cash customer per session
    delivery_method_id: int | None = None
    currency_ids: dict[str, int] = {}  # {"GBP": 1}; a currency that is not here is not sent
    prices: Literal["gross", "net"] = "gross"  # of the lines; never both kinds in one order
    credit_mode: CreditMode = CreditMode.MANUAL
    stock_export: int | None = None
    status_export: int | None = None
    order_export: int | None = None  # finds an order by our number: the guard against doubles
    since_parameter: str = "@since"
    number_parameter: str = "@number"
    stock_location_id: str = ""  # what a stock export without a location column is about
    statuses: dict[str, Stage] = {}  # this installation's own status texts
    timezone: str = "Europe/London"  # of its times, which carry no zone
    history_from: AwareDatetime | None = None

    @model_validator(mode="after")
    def _zone_exists(self) -> Self:
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"There is no time zone called {self.timezone}.") from None
        return self

    @property
    def refresh_token(self) -> SecretStr:
        """What new tokens are asked for with."""
        return SecretStr(f"{self.username}:{self.password.get_secret_value()}")

    @property
    def webhook_secret(self) -> str:
        """OrderWise sends no webhooks: every one is refused."""
        return ""
