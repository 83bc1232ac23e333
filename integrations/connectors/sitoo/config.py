"""What a Sitoo connection needs to know."""

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, SecretStr

from integrations.connectors.sitoo.assumed import MOST_ROWS


class SitooConfig(BaseModel):
    """One account, as the back office shows it when the API password is made.

    `base_url` is host and account: `https://api.mysitoo.com/v2/accounts/99900`. The host is never
    derived. `webhook_user` and `webhook_password` are ours to choose, for Sitoo to send.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    base_url: str = Field(pattern=r"^https?://[^/?#\s]+(/[^/?#\s]+)*/v2/accounts/\d+/?$")
    api_id: str = Field(min_length=1)
    password: SecretStr
    site_id: int = Field(default=1, ge=1)  # the eshopid
    webhook_user: str = Field(default="plumbline", pattern=r"^[^:\s]+$")
    webhook_password: SecretStr | None = None
    page_size: int = Field(default=MOST_ROWS, ge=1, le=MOST_ROWS)
    first_order_id: int = Field(default=1, ge=1)  # older receipts are not ours
    history_from: AwareDatetime | None = None  # Z-reports and movements before it are not ours

    @property
    def webhook_secret(self) -> str:
        """What a webhook must carry: `user:password`; empty refuses every one."""
        if self.webhook_password is None or not self.webhook_password.get_secret_value():
            return ""
        return f"{self.webhook_user}:{self.webhook_password.get_secret_value()}"
