"""Intended writes: where each stands, what was tried, and replay."""

from django.http import HttpRequest
from ninja import Query

from integrations import public
from integrations.api.documents import Replayed, ReplayRequest
from integrations.api.kit import (
    ApiError,
    Id,
    Listing,
    Name,
    Operation,
    Paging,
    Scope,
    caller,
    dropped,
    listing,
    named,
    one,
)
from integrations.api.shapes import (
    TransferRow,
    TransferState,
    TransferStory,
    transfer_row,
    transfer_story,
)


class TransferFilters(Paging):
    state: TransferState | None = None
    connection: Name | None = None
    link: Name | None = None
    document: Id | None = None
    operation: Name | None = None
    key: Name | None = None
    sku: Name | None = None


def list_transfers(request: HttpRequest, filters: Query[TransferFilters]) -> Listing[TransferRow]:
    """Transfers in the order of their ids."""
    wanted: dict[str, object] = {
        "state": filters.state,
        "document_id": filters.document,
        "operation": filters.operation,
        "key": filters.key,
        "sku": filters.sku,
    }
    if filters.connection:
        wanted["connection"] = named(
            public.connections(), filters.connection, by="slug", field="connection"
        )
    if filters.link:
        wanted["link"] = named(public.links(), filters.link, by="slug", field="link")
    rows = public.transfers().filter(**dropped(wanted)).select_related("connection", "link")
    return listing(Listing[TransferRow], rows, filters, transfer_row)


def read_transfer(request: HttpRequest, transfer_id: Id) -> TransferStory:
    """One transfer with everything that was tried."""
    rows = public.transfers().select_related("connection", "link").prefetch_related("history")
    return transfer_story(one(rows, transfer_id, "transfer"))


def replay_transfer(request: HttpRequest, transfer_id: Id, given: ReplayRequest) -> Replayed:
    """Send a held transfer again, or look an unknown one up now. Safe to repeat."""
    transfer = one(public.transfers(), transfer_id, "transfer")
    if not transfer.holds.exists():
        raise ApiError(409, "This transfer was never held, so there is nothing to replay.")
    result = public.replay_transfer(
        transfer_id=transfer.pk, by=caller(request).user, reason=given.reason
    )
    return Replayed(replayed=result.replayed, settled=result.already_settled)


OPERATIONS = (
    Operation("GET", "/transfers", list_transfers, Listing[TransferRow], "view_flows", Scope.READ),
    Operation(
        "GET", "/transfers/{transfer_id}", read_transfer, TransferStory, "view_flows", Scope.READ
    ),
    Operation(
        "POST",
        "/transfers/{transfer_id}/replay",
        replay_transfer,
        Replayed,
        "replay",
        Scope.REPLAY,
    ),
)
