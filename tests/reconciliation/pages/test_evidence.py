"""What was signed can be taken away, read, and proved."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from integrations.models import Document, Link
from monitoring.kit.permissions import ROLES, Capability
from reconciliation.models import EvidencePack, StoreDay
from tests.factories.receipts import sale
from tests.fakes import Worker
from tests.reconciliation.desk import TILL, closed_day
from tests.reconciliation.pages.browsing import ADDRESS, late_sale, prepare, sign

pytestmark = pytest.mark.django_db
MONTH = "/days/evidence/2026-03.zip"


def files(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def test_the_json_is_what_was_hashed(arno: Client, signed: StoreDay) -> None:
    response = arno.get(f"{ADDRESS}evidence.json")

    assert hashlib.sha256(response.content).hexdigest() == EvidencePack.objects.get().hash
    assert json.loads(response.content)["facts"]["receipts"]
    assert response["Content-Disposition"] == ('attachment; filename="LDS-2026-03-28-000001.json"')


def test_the_tables_come_as_csv(arno: Client, signed: StoreDay) -> None:
    found = files(arno.get(f"{ADDRESS}evidence.zip").content)

    tenders = found["LDS-2026-03-28-000001/03-tenders.csv"].decode("utf-8-sig")
    assert "tender Card,12.00,12.00" in tenders
    people = found["LDS-2026-03-28-000001/02-people.csv"].decode("utf-8-sig")
    assert "petra" in people
    assert "arno" in people


def test_the_paper_is_a_pdf(arno: Client, signed: StoreDay) -> None:
    response = arno.get(f"{ADDRESS}evidence.pdf")

    assert response["Content-Type"] == "application/pdf"
    assert response.content.startswith(b"%PDF")


def test_whatever_a_till_calls_its_receipts_all_files_are_made(
    petra: Client, arno: Client, hub: Worker, link: Link
) -> None:
    closed_day(hub, sale(**TILL))
    Document.objects.filter(kind="sale").update(number="=1+1</para><b>")
    prepare(petra)
    sign(arno)

    for kind in ("pdf", "json", "zip"):
        assert arno.get(f"{ADDRESS}evidence.{kind}").status_code == 200, kind
    receipts = files(arno.get(f"{ADDRESS}evidence.zip").content)
    listed = next(content for name, content in receipts.items() if name.endswith("receipts.csv"))
    assert b"'=1+1" in listed


@pytest.mark.parametrize("kind", ["exe", "csv"])
def test_there_are_no_other_kinds(arno: Client, signed: StoreDay, kind: str) -> None:
    assert arno.get(f"{ADDRESS}evidence.{kind}").status_code == 404


def test_a_day_that_nobody_signed_has_no_evidence(arno: Client, day: StoreDay) -> None:
    assert arno.get(f"{ADDRESS}evidence.json").status_code == 404


def test_what_was_decided_about_late_receipts_is_evidence_too(
    arno: Client, hub: Worker, signed: StoreDay
) -> None:
    late_sale(hub)
    arno.post(f"{ADDRESS}late/", {"decision": "post-today", "reason": "Offline till"})

    late = files(arno.get(f"{ADDRESS}evidence.zip?pack=2").content)
    whole = arno.get(f"{ADDRESS}evidence.json")

    assert b"R-1002,12.00" in late["LDS-2026-03-28-000002/02-late.csv"]
    assert hashlib.sha256(whole.content).hexdigest() == EvidencePack.objects.get(sequence=1).hash
    assert f'href="{ADDRESS}evidence.pdf?pack=2"' in arno.get(ADDRESS).content.decode()
    assert arno.get(f"{ADDRESS}evidence.pdf?pack=2").content.startswith(b"%PDF")


def test_a_month_is_one_archive_whose_hashes_can_be_checked(arno: Client, signed: StoreDay) -> None:
    found = files(arno.get(MONTH).content)

    for line in found["SHA256SUMS"].decode().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256(found[name]).hexdigest() == digest
    index = found["index.csv"].decode("utf-8-sig")
    assert "1,Leeds" in index
    assert ",12.00,GBP," in index
    assert b"manage.py verify" in found["VERIFY.txt"]


@pytest.mark.parametrize("month", ["2026-13", "soon", "2026-1"])
def test_a_month_that_cannot_be_is_not_found(arno: Client, link: Link, month: str) -> None:
    assert arno.get(f"/days/evidence/{month}.zip").status_code == 404


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.slug)
def test_evidence_goes_only_to_roles_that_may_have_it(
    signed_in: Any, user_in: Callable[..., Any], signed: StoreDay, role: Any
) -> None:
    client = signed_in(user_in(role.slug))
    allowed = 200 if Capability.VIEW_EVIDENCE in role.capabilities else 403

    for address in (f"{ADDRESS}evidence.json", MONTH):
        assert client.get(address).status_code == allowed, address
