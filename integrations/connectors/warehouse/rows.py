"""Rows of files as the objects that the same warehouse would send over REST, and ours as rows."""

from collections.abc import Iterator, Sequence
from typing import Any

from integrations.connectors.warehouse.tables import BadFileError, Row, units

Object = dict[str, Any]

ORDER_COLUMNS = (
    "client_order_ref", "order_type", "warehouse", "ordered_at", "required_by", "service_code",
    "channel", "ship_name", "ship_company", "ship_line1", "ship_line2", "ship_line3", "ship_city",
    "ship_region", "ship_postcode", "ship_country", "ship_phone", "ship_email", "notes",
    "order_line_count", "line_ref", "sku", "barcode", "qty", "description", "unit_price",
    "currency",
)  # fmt: skip
CANCEL_COLUMNS = ("client_order_ref", "line_ref", "reason")
# What the acknowledgement of an order file says, as a status.
RESULTS = {"accepted": "received", "rejected": "rejected"}
DUPLICATE = "duplicate"  # it was there before, and may have got further since


def order_rows(body: Object) -> list[Object]:
    """One row per line, the head repeated on each."""
    head = {name: body.get(name, "") for name in ORDER_COLUMNS if name in body}
    head["service_code"] = body.get("service", {}).get("code", "")
    head |= {f"ship_{name}": value for name, value in body.get("ship_to", {}).items()}
    head["order_line_count"] = len(body["lines"])
    return [head | line for line in body["lines"]]


def statuses(rows: Sequence[Row]) -> Iterator[Object]:
    """Status of whole orders; rows about single lines are left to the next status of the order."""
    for row in rows:
        if not row.get("line_ref"):
            yield _known(row, "client_order_ref", "status", "status_at", "reason") | {
                "warehouse": row.get("warehouse", "")
            }


def acknowledgements(rows: Sequence[Row], *, at: str) -> Iterator[Object]:
    """What became of orders that we sent, as the first status that they have."""
    for row in rows:
        if row["result"] == DUPLICATE:
            continue
        if row["result"] not in RESULTS:
            raise BadFileError(f"a result is “{row['result'][:20]}”")
        why = " ".join(part for part in (row.get("code"), row.get("message")) if part)
        yield {
            "client_order_ref": row["client_order_ref"],
            "warehouse_order_ref": row.get("warehouse_order_ref", ""),
            "warehouse": row.get("warehouse", ""),
            "status": RESULTS[row["result"]],
            "status_at": at,
            "reason": why if row["result"] == "rejected" else "",
        }


def shipments(rows: Sequence[Row]) -> Iterator[Object]:
    """One shipment from its rows; a parcel is named by its tracking number."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row["shipment_ref"], []).append(row)
    for lines in groups.values():
        parcels = {line.get("tracking_number", ""): line for line in lines}
        yield {
            **_known(lines[0], "shipment_ref", "client_order_ref", "warehouse", "dispatched_at"),
            **_known(lines[0], "carrier", "service"),
            "packages": [
                _known(line, "package_ref", "tracking_number", "tracking_url")
                for line in parcels.values()
            ],
            "lines": [
                {
                    "line_ref": line["line_ref"],
                    "sku": line["sku"],
                    "qty": units(line, "qty_dispatched", blank=0),
                }
                for line in lines
            ],
            "final": any(line["final"] == "true" for line in lines),
        }


def levels(rows: Sequence[Row]) -> Iterator[Object]:
    """Levels of a stock file. A required figure that is empty spoils the file: it is no zero."""
    for row in rows:
        found = {name: units(row, name) for name in ("on_hand", "allocated", "available")}
        if found["on_hand"] is None or found["available"] is None:
            raise BadFileError(f"a figure of {row['sku'][:64]} is empty")
        if row["snapshot_type"] not in ("full", "delta"):
            raise BadFileError(f"its snapshot_type is “{row['snapshot_type'][:20]}”")
        yield {**_known(row, "warehouse", "sku", "as_of", "snapshot_type"), **found}


def _known(row: Row, *names: str) -> Object:
    return {name: row.get(name, "") for name in names}
