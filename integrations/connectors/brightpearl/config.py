"""What a Brightpearl connection needs to know."""

from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator


class Access(StrEnum):
    """How we are let in. Source: Brightpearl help, "App types"."""

    SYSTEM = "system app"
    STAFF = "staff app"
    OAUTH = "OAuth app"


class BrightpearlConfig(BaseModel):
    """One account. Exactly one way in: an account token, a staff token, or OAuth tokens.

    `base_url` is host and account, `https://euw1.brightpearlconnect.com/public-api/acme`: the host
    is never derived from the account.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    base_url: str = Field(pattern=r"^https?://[^/?#\s]+(/[^/?#\s]+)+/?$")
    app_ref: str = Field(min_length=1)
    account_token: SecretStr | None = None
    staff_token: SecretStr | None = None
    dev_ref: str = ""
    access_token: SecretStr | None = None
    refresh_token: SecretStr | None = None
    client_secret: SecretStr | None = None
    token_url: str = ""  # https://oauth.brightpearl.com/token/acme
    instance_id: int | None = None  # of the installed integration: makes externalRef unique
    webhook_token: SecretStr | None = None  # part of the URL that we let Brightpearl call

    bundle: bool = True  # several messages in one request when three or more wait
    parallel: int = Field(default=4, ge=1, le=10)  # requests in flight while writing
    event_owner_id: int | None = None  # staff contact who ships; None: whoever made our notes
    price_list_id: int | None = None  # whose prices go to the tills; None: no prices
    journal_tax_code: str = ""  # for journal lines that come without one: bank lines must have it

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        ways = [self.account_token, self.staff_token, self.access_token]
        if sum(way is not None for way in ways) != 1:
            raise ValueError("Give exactly one of account_token, staff_token and access_token.")
        if self.access_token and not self.dev_ref:
            raise ValueError("An OAuth app also needs its dev_ref.")
        if self.refresh_token and not self.token_url:
            raise ValueError("Renewing the access needs the token_url of the account.")
        return self

    @property
    def access(self) -> Access:
        if self.access_token:
            return Access.OAUTH
        return Access.STAFF if self.staff_token else Access.SYSTEM

    @property
    def webhook_secret(self) -> str:
        """What a webhook must carry; empty refuses every one."""
        return self.webhook_token.get_secret_value() if self.webhook_token else ""
