"""What a Mintsoft connection needs to know."""

from typing import Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, SecretStr, model_validator


class MintsoftConfig(BaseModel):
    """One client's account: a user who logs in for a key of a day, or a key that never runs out.

    `callback_url` is our receiver, `https://hub.example/webhooks/depot`; with `webhook_token` it
    is put into each order, to be called when the order leaves, is cancelled or is split.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    base_url: str = Field(
        default="https://api.mintsoft.co.uk", pattern=r"^https?://[^/?#\s]+(/[^/?#\s]+)*/?$"
    )
    username: str = ""
    password: SecretStr | None = None
    api_key: SecretStr | None = None
    client_id: int | None = None  # users of the fulfilment house itself must name the client
    courier_service: str = "AUTO"  # for orders that come without one
    timezone: str = "Europe/London"  # of the times that it writes without a zone
    stock_from: Literal["levels", "inventory"] = "levels"
    callback_url: str = Field(default="", pattern=r"^(https?://[^?#\s]+)?$")
    webhook_token: SecretStr | None = None
    history_from: AwareDatetime | None = None  # what changed before it is not ours

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        if bool(self.api_key) == bool(self.username and self.password):
            raise ValueError("Give either an api_key, or a username and its password.")
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"There is no time zone called {self.timezone}.") from None
        return self

    @property
    def refresh_token(self) -> SecretStr | None:
        """What new keys are asked for with; None when the key never runs out."""
        if self.password is None:
            return None
        return SecretStr(f"{self.username}:{self.password.get_secret_value()}")

    @property
    def webhook_secret(self) -> str:
        """What callbacks must carry; empty refuses every one."""
        return self.webhook_token.get_secret_value() if self.webhook_token else ""
