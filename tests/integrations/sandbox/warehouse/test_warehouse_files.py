import pytest

from integrations.sandbox.warehouse.files import FileDrop
from tests.integrations.sandbox.warehouse.kit import Depot

HEADER = (
    "client_order_ref,order_type,warehouse,ordered_at,ship_name,ship_line1,ship_city,"
    "ship_postcode,ship_country,order_line_count,line_ref,sku,qty"
)
ROW = "PL-1,ship_to_customer,MAIN,2026-11-20T10:00:00Z,Jo,1 Example Street,Leeds,LS1 1AA,GB"


def orders(*ends, count=None):
    lines = [HEADER, *(f"{ROW},{len(ends)},{end}" for end in ends)]
    return "\n".join([*lines, f"#EOF,{len(ends) if count is None else count}", ""])


@pytest.fixture
def depot():
    return Depot()


@pytest.fixture
def drop(depot, tmp_path):
    return FileDrop(depot.wms, tmp_path)


def put(drop, name, text):
    (drop.root / "in/orders" / name).write_text(text)
    drop.collect()


def acks(drop):
    return [
        line.split(",")[:3]
        for path in sorted((drop.root / "out/ack").iterdir())
        for line in path.read_text().splitlines()[1:-1]
    ]


def test_an_order_file_is_taken_acknowledged_and_archived(depot, drop):
    put(drop, "ord_HUB_1.csv", orders("1,TEE-BLK-M,2", "2,MUG-WHI,1"))

    assert depot.get("/orders/PL-1")["status"] == "allocated"
    assert acks(drop) == [["ord_HUB_1.csv", "PL-1", "accepted"]]
    assert [path.name for path in (drop.root / "archive").iterdir()] == ["ord_HUB_1.csv"]


def test_a_repeated_file_or_order_has_no_second_effect(depot, drop):
    put(drop, "ord_HUB_1.csv", orders("1,TEE-BLK-M,2"))
    put(drop, "ord_HUB_1.csv", orders("1,TEE-BLK-M,2"))
    put(drop, "ord_HUB_2.csv", orders("1,TEE-BLK-M,2"))

    assert [ack[2] for ack in acks(drop)] == ["accepted", "duplicate"]
    assert len(depot.sandbox.ledger.entries(kind="order")) == 1


@pytest.mark.parametrize("text", [orders("1,TEE-BLK-M,2", count=2), HEADER, ""])
def test_a_file_without_its_true_end_goes_to_the_error_folder(depot, drop, text):
    put(drop, "ord_HUB_1.csv", text)

    assert len(depot.sandbox.ledger) == 0
    assert [path.name for path in (drop.root / "error").iterdir()] == ["ord_HUB_1.csv"]


def test_a_half_written_file_is_left_alone(drop):
    (drop.root / "in/orders/ord_HUB_1.csv.part").write_text(HEADER)

    assert drop.collect() == 0


def test_an_order_with_an_unknown_sku_is_acknowledged_as_rejected(drop):
    put(drop, "ord_HUB_1.csv", orders("1,NOPE,1"))

    assert [ack[2] for ack in acks(drop)] == ["rejected"]


def test_files_tell_what_left_and_what_is_there(depot, drop):
    depot.place("PL-1")
    depot.wms.floor.run("PL-1", "dispatched")

    shipped = drop.tell_shipments().read_text().splitlines()
    levels = drop.tell_stock("MAIN").read_text().splitlines()

    assert shipped[1].startswith("S-55120,PL-1,MAIN,")
    assert shipped[-1] == "#EOF,1"
    assert len(levels) == 5
    assert drop.tell_shipments().read_text().count("S-55120") == 1  # the same second comes again


def test_files_can_be_awkward(depot, drop):
    drop.manner.bom = drop.manner.crlf = True
    assert drop.tell_stock("MAIN").read_bytes().startswith(b"\xef\xbb\xbfwarehouse,sku")
    drop.manner.forgets_the_end = True
    assert b"#EOF" not in drop.tell_stock("MAIN").read_bytes()
    drop.manner.keep_share = 50
    assert drop.tell_stock("MAIN").read_bytes().count(b"MAIN") == 1
    drop.manner.stops_half_way = True
    assert drop.tell_stock("MAIN") is None
