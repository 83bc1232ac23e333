"""Pick lists down, statuses, shipments and stock up, as files; the awkward ones too."""

import os
from datetime import timedelta
from decimal import Decimal

import pytest

from integrations.canonical.fulfilment import Stage
from integrations.connectors.errors import UnavailableError, UnsupportedError
from integrations.connectors.warehouse.config import WarehouseConfig
from integrations.connectors.warehouse.spec import SPEC
from integrations.ports import Absent, Found
from integrations.sandbox.warehouse.files import FileDrop
from tests.integrations.connectors.kit import bench
from tests.integrations.connectors.warehouse.depot import (
    cancellation,
    pick_list,
    read_all,
    records,
)
from tests.integrations.sandbox.warehouse.kit import Depot

D = Decimal
LATER = timedelta(minutes=2)


class Share:
    """One directory with the depot at one end and the connector at the other."""

    def __init__(self, root):
        self.root = root
        self.depot = Depot()
        self.drop = FileDrop(self.depot.wms, root)
        self.wms = self.connector()

    def connector(self, **settings):
        desk = bench(lambda request: pytest.fail("files need no network"))
        desk.clock = self.depot.clock.now
        config = WarehouseConfig(drop_folder=str(self.root), **settings)
        return SPEC.build(config, desk.context)

    def now(self):
        return self.depot.clock.now()

    def settle(self):
        """Every file was let go of two minutes ago."""
        self.depot.clock.advance(LATER)
        at = (self.now() - LATER).timestamp()
        for path in self.root.rglob("*.csv"):
            os.utime(path, (at, at))

    def read(self, stream, cursor=""):
        self.settle()
        return read_all(self.wms, stream, self.now(), cursor)

    def records(self, stream):
        return records(self.wms, self.read(stream)[0])

    def names(self, folder):
        return sorted(path.name for path in (self.root / folder).rglob("*") if path.is_file())

    def level(self, sku="TEE-BLK-M", warehouse="MAIN"):
        return [
            (level.on_hand, level.sellable) for level in self.wms.levels([warehouse], [(sku, "")])
        ]


@pytest.fixture
def share(tmp_path):
    return Share(tmp_path)


# --- down -----------------------------------------------------------------------------------------


def test_a_pick_list_goes_down_whole_and_comes_back_accepted(share):
    (done,) = share.wms.send([pick_list("PL-1", ("TEE-BLK-M", "2"), ("MUG-WHI", "1"))])
    waiting = share.names("in/orders")
    share.drop.collect()

    order = share.depot.get("/orders/PL-1")
    assert waiting == [done.detail["file"]]
    assert [(line["sku"], line["qty"]) for line in order["lines"]] == [
        ("TEE-BLK-M", 2),
        ("MUG-WHI", 1),
    ]
    assert order["ship_to"]["city"] == "Leeds"
    (accepted,) = share.records("orders")
    assert (accepted.stage, accepted.order_reference) == (Stage.RECEIVED, "PL-1")


def test_an_unknown_sku_comes_back_as_a_rejection_with_its_reason(share):
    share.wms.send([pick_list("PL-1", ("NOPE", "1"))])
    share.drop.collect()

    (refused,) = share.records("orders")

    assert refused.stage is Stage.REJECTED
    assert refused.reason == "unknown_sku 1 of 1 lines cannot be picked."


def test_our_file_is_found_again_before_and_after_it_was_taken(share):
    wanted = pick_list()
    assert share.wms.look_up([wanted]) == [Absent()]
    share.wms.send([wanted])
    before = share.wms.look_up([wanted])
    share.drop.collect()

    assert isinstance(before[0], Found)
    assert share.wms.look_up([wanted]) == before
    assert share.wms.look_up([pick_list("PL-2")]) == [Absent()]


def test_the_same_pick_list_twice_is_one_order(share):
    share.wms.send([pick_list()])
    share.depot.clock.advance(timedelta(seconds=1))
    share.wms.send([pick_list()])
    share.drop.collect()

    assert len(share.depot.sandbox.ledger.entries(kind="order")) == 1
    assert [progress.stage for progress in share.records("orders")] == [Stage.RECEIVED]


def test_no_file_is_written_over_another(share):
    share.wms.send([pick_list()])

    with pytest.raises(UnavailableError, match="already"):
        share.wms.send([pick_list()])


def test_a_cancellation_goes_down_and_a_return_cannot(share):
    share.wms.send([pick_list(), cancellation()])
    share.drop.collect()
    share.drop.tell_statuses()

    assert [progress.stage for progress in share.records("orders")] == [
        Stage.RECEIVED,
        Stage.CANCELLED,
    ]
    assert "announce-return" not in share.wms.operations()
    no_cancel = share.connector(can_cancel=False)
    (outcome,) = no_cancel.send([cancellation()])
    assert isinstance(outcome.error, UnsupportedError)


# --- up -------------------------------------------------------------------------------------------


def test_shipments_come_with_lines_and_parcels(share):
    share.depot.place("PL-1", ("TEE-BLK-M", 2), ("MUG-WHI", 1))
    share.depot.wms.floor.run("PL-1", "dispatched")
    share.drop.tell_shipments()

    (sent,) = share.records("shipments")

    assert (sent.order_reference, sent.location_code, sent.is_final) == ("PL-1", "MAIN", True)
    assert [(line.sku, line.quantity) for line in sent.lines] == [
        ("TEE-BLK-M", D(2)),
        ("MUG-WHI", D(1)),
    ]
    assert [parcel.number for parcel in sent.tracking] == ["155055120"]


@pytest.mark.parametrize("manner", [{"bom": True}, {"crlf": True}])
def test_a_byte_order_mark_and_foreign_line_ends_do_not_matter(share, manner):
    vars(share.drop.manner).update(manner)
    share.drop.tell_stock("MAIN")
    share.settle()

    assert share.level() == [(D(10), D(10))]


def test_a_file_is_left_alone_until_its_writer_has_let_go(share):
    share.drop.tell_stock("MAIN")
    (path,) = (share.root / "out/inventory").iterdir()
    at = share.now().timestamp()
    os.utime(path, (at, at))

    assert read_all(share.wms, "stock-changes", share.now()) == ([], "")
    share.depot.clock.advance(timedelta(seconds=60))
    assert len(read_all(share.wms, "stock-changes", share.now())[0]) == 3


def test_a_half_written_file_is_never_read(share):
    share.drop.manner.stops_half_way = True
    share.drop.tell_stock("MAIN")

    assert share.read("stock-changes")[0] == []


def test_a_file_is_archived_only_after_its_facts_are_stored(share):
    share.drop.tell_stock("MAIN")

    facts, cursor = share.read("stock-changes")
    still_there = share.names("out/inventory")
    again, _ = share.read("stock-changes", cursor)

    assert (len(facts), len(still_there), again) == (3, 1, [])
    assert share.names("out/inventory") == []
    assert share.names("archive") == still_there
    assert share.level() == [(D(10), D(10))]


def test_a_crash_before_storing_reads_the_file_again(share):
    share.drop.tell_stock("MAIN")

    assert share.read("stock-changes")[0] == share.read("stock-changes", "")[0]


def test_a_repeated_file_says_nothing_new(share):
    share.depot.place("PL-1")
    share.depot.wms.floor.run("PL-1", "dispatched")
    path = share.drop.tell_shipments()
    content = path.read_bytes()
    first, cursor = share.read("shipments")
    share.read("shipments", cursor)
    path.write_bytes(content)

    again, _ = share.read("shipments")

    assert [(fact.external_id, fact.version) for fact in again] == [
        (fact.external_id, fact.version) for fact in first
    ]


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda text: text.replace("#EOF,3\n", ""), "is missing"),
        (lambda text: text.replace("#EOF,3", "#EOF,4"), "it says that it has 4 rows and has 3"),
        (lambda text: text.replace("on_hand", "onhand"), "no column on_hand"),
        (lambda text: text.replace("MAIN,TEE-BLK-M,10", "MAIN,TEE-BLK-M,ten"), "not a whole"),
        (lambda text: text.replace("MAIN,TEE-BLK-M,10", "MAIN,TEE-BLK-M,"), "is empty"),
        (lambda text: text.replace(",full", ",most"), "snapshot_type"),
        (lambda text: text.replace("MAIN,TEE", '"MAIN,TEE'), "quotation marks"),
        (lambda text: text.replace("MAIN,MUG-WHI", "MUG-WHI"), "other columns"),
        (lambda text: text.replace("2026-11-20T10:00:00Z", "yesterday"), "not a time"),
        (lambda text: text + "\0", "not text in UTF-8"),
    ],
)
def test_a_file_that_is_not_whole_is_parked_with_a_sentence(share, spoil, why):
    path = share.drop.tell_stock("MAIN")
    path.write_text(spoil(path.read_text()))

    (fact,) = share.read("stock-changes")[0]

    assert why in fact.payload["sentence"]
    assert (fact.topic, share.names("error")) == ("bad-files", [path.name])
    assert share.level() == []
    assert records(share.wms, [fact]) == []


def test_text_in_another_encoding_is_refused(share):
    path = share.drop.tell_stock("MAIN")
    path.write_bytes(path.read_text().encode("utf-16"))

    assert "UTF-8" in share.read("stock-changes")[0][0].payload["sentence"]


def test_a_link_is_no_file(share, tmp_path_factory):
    outside = tmp_path_factory.mktemp("elsewhere") / "secret.csv"
    outside.write_text("warehouse\n#EOF,0\n")
    (share.root / "out/inventory/inv_WMS_20261120T100000Z_000001.csv").symlink_to(outside)
    share.depot.clock.advance(timedelta(days=365))

    assert read_all(share.wms, "stock-changes", share.now())[0] == []


# --- stock ----------------------------------------------------------------------------------------


def test_without_a_full_file_the_unlisted_is_unknown_and_with_one_it_is_zero(share):
    share.drop.tell_stock("MAIN", skus=["TEE-BLK-M"])
    share.settle()
    assert share.level("OTHER") == []
    share.depot.clock.advance(timedelta(seconds=1))
    share.drop.tell_stock("MAIN")
    share.settle()

    assert share.level("OTHER") == [(D(0), D(0))]
    assert share.level("OTHER", "NORTH") == []


def test_a_full_file_that_shrank_is_parked_and_changes_nothing(share):
    for number in range(7):
        share.depot.wms.add_product(f"P-{number}", "Thing")
        share.depot.wms.set_stock("MAIN", f"P-{number}", 1)
    share.drop.tell_stock("MAIN")
    _, cursor = share.read("stock-changes")
    share.drop.manner.keep_share = 70
    share.drop.tell_stock("MAIN")

    (fact,), _ = share.read("stock-changes", cursor)

    assert "had 10 SKUs" in fact.payload["sentence"]
    assert share.level("P-6") == [(D(1), D(1))]
    assert not share.wms.check().ok


def test_a_person_accepts_a_shrunken_file_by_archiving_it(share):
    share.drop.tell_stock("MAIN")
    _, cursor = share.read("stock-changes")
    share.drop.manner.keep_share = 50
    share.drop.tell_stock("MAIN")
    share.read("stock-changes", cursor)
    (parked,) = (share.root / "error").iterdir()
    parked.rename(share.root / "archive" / parked.name)

    assert share.level("CAP-RED") == [(D(0), D(0))]
    assert share.level("MUG-WHI") == [(D(0), D(0))]
    assert share.wms.check().ok


def test_a_file_that_comes_late_does_not_undo_a_later_one(share):
    old = share.drop.tell_stock("MAIN", skus=["TEE-BLK-M"])
    content = old.read_bytes()
    old.unlink()
    share.depot.wms.adjust("MAIN", "TEE-BLK-M", -4, "count")
    share.depot.clock.advance(timedelta(hours=1))
    share.drop.tell_stock("MAIN", skus=["TEE-BLK-M"])
    late = share.root / "out/inventory" / "inv_WMS_20261120T235959Z_000009.csv"
    late.write_bytes(content)
    share.settle()

    assert share.level() == [(D(6), D(6))]


def test_another_worker_reads_the_same_levels_from_the_archive(share):
    share.drop.tell_stock("MAIN")
    _, cursor = share.read("stock-changes")
    share.read("stock-changes", cursor)
    share.wms = share.connector()

    assert share.level() == [(D(10), D(10))]
    assert [choice.code for choice in share.wms.choices("warehouses")] == ["MAIN"]


# --- the connection -------------------------------------------------------------------------------


def test_the_check_looks_for_the_folders(share, tmp_path):
    assert share.wms.check().ok
    share.root = tmp_path / "nowhere"

    probe = share.connector().check()

    assert not probe.ok
    assert "cannot be used" in probe.sentence


def test_a_missing_folder_is_named(share):
    (share.root / "out/shipments").rmdir()

    assert share.wms.check().sentence == "The folder out/shipments is missing at the warehouse."
