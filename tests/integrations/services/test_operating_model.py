import io
from contextlib import suppress
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from integrations.models import (
    AuditEntry,
    ChoiceList,
    Connection,
    InboundEvent,
    Link,
    MappingChange,
    MappingRow,
    RateBudget,
    Store,
)
from integrations.services import operating_model as service
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
EXAMPLE = Path("config/retailers/sitoo-brightpearl.yaml")
URLS = (
    "connections.sitoo.settings.base_url=http://127.0.0.1:8700/sitoo/v2/accounts/99900",
    "connections.brightpearl.settings.base_url=http://127.0.0.1:8700/brightpearl/public-api/hv",
)


def read(text: str = "", *, overrides: tuple[str, ...] = ()):
    text = text or EXAMPLE.read_text()
    return service.read_file(text, name="example.yaml", overrides=(*URLS, *overrides))


def apply(model, by="ada"):
    return service.apply(model, sections={}, by=by, reason="First set-up", now=NOW)


def without(text: str, start: str, end: str) -> str:
    at = text.index(start)
    return text[:at] + text[text.index(end, at) :]


def test_a_whole_retailer_is_set_up_from_the_file_alone():
    apply(read())

    link = Link.objects.select_related("channel", "owner").get()
    leeds = Store.objects.get(code="LDS01")
    assert (link.channel.slug, link.owner.slug) == ("sitoo", "brightpearl")
    assert link.policy["accounting_mode"] == "daily_journal"
    assert link.channel.credentials["password"] == "env:SITOO_PASSWORD"
    assert (leeds.timezone, f"{leeds.closes_at:%H:%M}") == ("Europe/London", "19:00")
    assert not MappingRow.objects.filter(source_value="Klarna").exists()


def test_applying_again_finds_nothing_to_change():
    apply(read())
    entries = AuditEntry.objects.count()

    assert service.plan(read(), sections={}) == []
    assert apply(read()) == []
    assert AuditEntry.objects.count() == entries


def test_a_plan_writes_nothing():
    assert service.plan(read(), sections={})

    assert not Connection.objects.exists()
    assert not MappingRow.objects.exists()


def test_what_is_exported_sets_up_the_same():
    apply(read())

    again = service.read_file(service.export({}), name="export.yaml")

    assert again == service.read_model({})
    assert service.plan(again, sections={}) == []


def test_every_change_is_audited_with_before_and_after(admin_user):
    apply(read())

    setting = ("links.sitoo-brightpearl.policy.accounting_mode=per_order",)
    apply(read(overrides=setting), by=admin_user)

    entry = AuditEntry.objects.latest("pk")
    assert (entry.actor, entry.subject) == (admin_user, "links sitoo-brightpearl")
    assert entry.before == {"policy.accounting_mode": "daily_journal"}
    assert entry.after == {"policy.accounting_mode": "per_order"}


def test_rows_change_with_their_history():
    apply(read())

    text = EXAMPLE.read_text().replace("nominal: 1210", "nominal: 1211")
    apply(read(text.replace("      - {value: PayPal, method: PAYPAL, nominal: 1250}\n", "")))

    changes = MappingChange.objects.order_by("pk")
    assert MappingRow.objects.get(source_value="Cash").version == 2
    assert changes.get(source_value="PayPal", after__isnull=True).reason == "First set-up"


def test_what_the_file_does_not_name_is_switched_off_and_kept():
    apply(read())

    text = EXAMPLE.read_text().replace("  NYC01: {name: New York", "  # {name: New York")
    apply(read(text))

    assert Store.objects.get(code="NYC01").is_open is False
    assert service.plan(read(text), sections={}) == []


def test_a_connection_that_a_person_paused_stays_paused():
    apply(read())
    Connection.objects.filter(slug="sitoo").update(state=Connection.State.PAUSED)

    apply(read(overrides=("connections.sitoo.label=Shop tills",)))

    tills = Connection.objects.get(slug="sitoo")
    assert (tills.label, tills.state) == ("Shop tills", Connection.State.PAUSED)


def test_our_share_of_a_rate_limit_is_taken_from_the_file():
    apply(read())
    text = EXAMPLE.read_text().replace(
        "    role: erp\n", "    role: erp\n    rate_limit: {requests: 120}\n"
    )

    apply(read(text))
    budget = RateBudget.objects.get(connection__slug="brightpearl")
    assert (budget.limit, budget.window_seconds) == (120, 60)

    apply(read())
    budget.refresh_from_db()
    assert budget.limit == 200


def test_codes_that_the_ledger_does_not_have_stop_everything():
    apply(read())
    ChoiceList.objects.create(
        connection=Connection.objects.get(slug="brightpearl"),
        kind="tax-codes",
        items=[{"code": "T20", "label": ""}, {"code": "T0", "label": ""}],
        read_at=NOW,
    )

    with pytest.raises(service.NotAppliedError, match="Tax code “T5” does not exist there"):
        apply(read(overrides=("retailer.name=Other",)))

    assert service.read_model({}).retailer.name == "Harbour & Vale"


def test_a_connection_with_records_cannot_become_another_system():
    apply(read())
    tills = Connection.objects.get(slug="sitoo")
    InboundEvent.objects.create(
        connection=tills,
        topic="orders",
        external_id="1",
        version="1",
        source="poll",
        received_at=NOW,
        not_before=NOW,
    )
    Connection.objects.filter(pk=tills.pk).update(system="brightpearl", role="erp")

    with pytest.raises(service.NotAppliedError, match="Give the new connection another name"):
        service.plan(read(), sections={})


def test_a_section_that_fails_takes_everything_back():
    class Broken:
        def read(self):
            return []

        def write(self, value, *, by, reason, now):
            raise ValueError("Rule 1: there is no such type.")

    model = read(EXAMPLE.read_text() + "\nrouting: [{team: FIN}]\n")

    with pytest.raises(service.NotAppliedError, match="Rule 1"):
        service.apply(model, sections={"routing": Broken()}, by="ada", reason="", now=NOW)

    assert not Connection.objects.exists()


# --- The command


def command(*arguments: str) -> tuple[str, int]:
    """What it printed, and its exit code."""
    out, code = io.StringIO(), 0
    try:
        call_command("operating_model", *arguments, *(f"--set={each}" for each in URLS), stdout=out)
    except SystemExit as exit_:
        code = int(exit_.code or 0)
    return out.getvalue(), code


def test_the_command_plans_applies_and_exports(tmp_path):
    planned = command("plan", str(EXAMPLE))
    applied = command("apply", str(EXAMPLE))
    again = command("plan", str(EXAMPLE))
    command("export", str(tmp_path / "out.yaml"))
    exported = command("plan", str(tmp_path / "out.yaml"))

    assert planned[1] == 2
    assert "changes made." in applied[0]
    assert again == exported == ("Nothing to change.\n", 0)


def test_the_command_brings_teams_and_routing_back_too(tmp_path, ops_user):
    extra = (
        "\nteams: {CAFE: {name: Café, members: [olive], weekdays: [sat, sun]}}\n"
        "routing: [{team: CAFE, store: LDS01, least_value: 250, currency: GBP}]\n"
    )
    file = tmp_path / "shop.yaml"
    file.write_text(EXAMPLE.read_text() + extra)

    command("apply", str(file))
    command("export", str(tmp_path / "out.yaml"))

    text = (tmp_path / "out.yaml").read_text()
    assert "{team: CAFE, store: LDS01, least_value: '250', currency: GBP}" in text
    assert command("plan", str(file)) == ("Nothing to change.\n", 0)


def test_a_member_who_is_no_user_keeps_the_whole_file_out(tmp_path):
    file = tmp_path / "shop.yaml"
    file.write_text(EXAMPLE.read_text() + "\nteams: {FIN: {name: Finance, members: [nobody]}}\n")

    with pytest.raises(CommandError, match="there is no user “nobody”"):
        command("apply", str(file))

    assert not Connection.objects.exists()


def test_the_command_tells_every_mistake_and_its_line(tmp_path):
    file = tmp_path / "shop.yaml"
    file.write_text(EXAMPLE.read_text().replace("system: sitoo", "system: situ"))

    with pytest.raises(
        CommandError, match=r"shop\.yaml:14 connections\.sitoo\.system: There is no"
    ):
        command("plan", str(file))


def test_nothing_to_export_is_said_plainly(tmp_path):
    with pytest.raises(CommandError, match="Nothing is set up yet"), suppress(SystemExit):
        command("export", str(tmp_path / "out.yaml"))
