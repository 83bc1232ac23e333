"""What a warehouse connection needs to know."""

from typing import Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, SecretStr, model_validator


class WarehouseConfig(BaseModel):
    """One warehouse company, reached by REST (`base_url`) or by files (`drop_folder`), not both.

    `base_url` ends in `/wms/v1` or whatever they serve it under. `drop_folder` is a directory that
    the operator names in the environment, like a credential: nobody can point a connection at any
    folder from a browser. The capabilities say what this warehouse can do.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    base_url: str = Field(default="", pattern=r"^(https?://[^/?#\s]+(/[^/?#\s]+)*/?)?$")
    api_key: SecretStr | None = None
    key_header: str = Field(default="Authorization", pattern=r"^[A-Za-z-]+$")
    webhook_key: SecretStr | None = Field(default=None)  # whsec_ and base64, as they show it
    drop_folder: SecretStr | None = None
    sender: str = Field(default="HUB", pattern=r"^[A-Za-z0-9-]{1,20}$")  # in names of our files
    page_size: int = Field(default=100, ge=1, le=500)
    history_from: AwareDatetime | None = None  # what changed before it is not ours
    can_cancel: bool = True
    can_take_returns: bool = True
    can_take_products: bool = True
    tells_movements: bool = True

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        if bool(self.base_url) == bool(self.drop_folder):
            raise ValueError("Give exactly one of base_url and drop_folder.")
        if self.base_url and not self.api_key:
            raise ValueError("A warehouse that is called by REST needs an api_key.")
        return self

    @property
    def webhook_secret(self) -> str:
        """What signatures are checked with; empty refuses every webhook."""
        return self.webhook_key.get_secret_value() if self.webhook_key else ""
