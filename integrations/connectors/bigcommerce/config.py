"""What a BigCommerce connection needs to know."""

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, SecretStr

from integrations.connectors.bigcommerce.assumed import DEFAULT_LOCATION


class BigCommerceConfig(BaseModel):
    """One store, by a store-level API account.

    `base_url` is host and store, `https://api.bigcommerce.com/stores/abc123`; v2 and v3 lie below
    it. `webhook_token` is ours to choose: BigCommerce sends it back in a header of every webhook.
    With a `client_secret` every webhook must also be signed with it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    base_url: str = Field(pattern=r"^https?://[^/?#\s]+(/[^/?#\s]+)*/?$")
    store_hash: str = Field(pattern=r"^[A-Za-z0-9]+$")
    access_token: SecretStr
    webhook_token: SecretStr | None = None
    client_secret: SecretStr | None = None
    previous_client_secret: SecretStr | None = None  # still accepted while one is being replaced

    store_code: str = "WEB"  # the store whose trading day web orders belong to
    default_location: int = Field(default=DEFAULT_LOCATION, ge=1)  # whose stock parcels take
    follows_stock: bool = False  # True where this store owns stock: its changes are told to us
    history_from: AwareDatetime | None = None  # older orders and refunds are not ours

    @property
    def webhook_secret(self) -> str:
        """What a webhook must carry in our header; empty refuses every one."""
        return self.webhook_token.get_secret_value() if self.webhook_token else ""

    @property
    def signing_secrets(self) -> tuple[str, ...]:
        """Both live secrets of the API account; none when webhooks need not be signed."""
        given = (self.client_secret, self.previous_client_secret)
        return tuple(each.get_secret_value() for each in given if each and each.get_secret_value())
