"""Teams are told: once per change, never in floods, and again until it has arrived."""

import hashlib
import hmac
import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core import mail

from integrations.public import AuditEntry, Hold, Outcome, SealBrokenError
from monitoring import public
from monitoring.models import AlertChannel, CaseEvent, ExceptionCase, Message, Notice, Team
from monitoring.services.channels import (
    ChannelError,
    ChannelLine,
    add_channel,
    address_of,
    ask_test,
    change_channel,
)
from monitoring.services.messages import compose
from monitoring.services.notices import notice_changes, notice_overdue
from monitoring.services.sending import send_due
from tests.conftest import NOW as SATURDAY
from tests.monitoring import rows

pytestmark = pytest.mark.django_db
NOW = SATURDAY - timedelta(days=1)  # Friday, 10:30: the office works
HOOK = "https://hooks.example.com/services/T0/B0/secret"


class Outside:
    """What stands behind a web address: takes everything, unless told otherwise."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, bytes, dict[str, str]]] = []
        self.answer = (Outcome.DELIVERED, "Taken with status 200.")

    def __call__(self, url, body, headers):
        self.taken.append((url, body, headers))
        return self.answer


@pytest.fixture
def outside():
    return Outside()


@pytest.fixture
def channel(admin_user):
    """Finance has one signed web address."""

    def make(kind="webhook", *, team="FIN", where=HOOK, pace="at-once", severity="low", label=""):
        line = ChannelLine(team, kind, label or kind, where, pace, severity)
        return add_channel(line, by=admin_user, now=NOW - timedelta(days=2))

    return make


def klarna(subject="Klarna", at=NOW):
    rows.hold("PAYMENT_UNMAPPED", subject, opened_at=at)
    public.refresh_cases(now=at)


def tell(outside=None, *, at=NOW):
    """What the workers do every few seconds."""
    notice_changes(now=at)
    notice_overdue(now=at)
    compose(now=at)
    send_due(now=at, most=50, **({"post": outside} if outside else {}))


def test_a_new_exception_is_told_to_its_team_with_everything_it_needs(channel, outside):
    channel()
    klarna()

    tell(outside)

    [(url, body, _)] = outside.taken
    [told] = json.loads(body)["exceptions"]
    assert url == HOOK
    assert (told["team"], told["value"], told["why"]) == ("Finance", "12.0000", "It is new.")
    assert told["first_check"].startswith("Map the payment type")
    message = Message.objects.get()
    assert (message.state, message.receipt) == ("sent", "Taken with status 200.")


def test_the_signature_proves_sender_time_and_content(channel, outside):
    _, secret = channel()
    klarna()

    tell(outside)

    [(_, body, headers)] = outside.taken
    signed = headers["X-Plumbline-Timestamp"].encode() + b"." + body
    expected = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    assert headers["X-Plumbline-Signature"] == f"v1={expected}"
    assert headers["X-Plumbline-Id"] == json.loads(body)["id"]


def test_one_change_is_told_once(channel, outside):
    channel()
    klarna()

    for minutes in range(0, 50, 5):
        tell(outside, at=NOW + timedelta(minutes=minutes))

    assert len(outside.taken) == 1


def test_five_hundred_failures_of_one_kind_are_one_message(channel, outside):
    channel()
    sale = rows.receipt(state="held")
    for number in range(500):
        rows.hold("PAYMENT_UNMAPPED", f"Type {number}", document=sale)
    public.refresh_cases(now=NOW)

    tell(outside)

    [(_, body, _)] = outside.taken
    assert "500 causes" in Message.objects.get().text
    assert len(json.loads(body)["exceptions"]) == 500


def test_what_trickles_in_is_gathered(channel, outside):
    channel()
    for minute in range(60):
        klarna(f"Type {minute}", at=NOW + timedelta(minutes=minute))
        tell(outside, at=NOW + timedelta(minutes=minute))

    told = [each for _, body, _ in outside.taken for each in json.loads(body)["exceptions"]]
    assert len(outside.taken) <= 6
    assert len({each["case"] for each in told}) == len(told)


def test_another_team_hears_when_it_gets_the_case(channel, outside, ops_user):
    channel(team="OPS")
    klarna()
    tell(outside)
    case = ExceptionCase.objects.get()

    public.move(case_id=case.pk, team="OPS", by=ops_user, reason="theirs", now=NOW)
    tell(outside)

    [(_, body, _)] = outside.taken
    assert json.loads(body)["exceptions"][0]["why"] == "It belongs to Operations now."


def test_what_comes_back_is_told_again(channel, outside):
    channel()
    klarna()
    tell(outside)
    rows.close(Hold.objects.get(), NOW)
    public.refresh_cases(now=NOW + timedelta(minutes=1))
    later = NOW + timedelta(minutes=10)
    klarna(at=later)

    tell(outside, at=later)

    assert "It is back" in outside.taken[-1][1].decode()
    assert len(outside.taken) == 2


def test_out_of_hours_finance_is_left_in_peace_until_the_morning(channel, outside):
    channel()
    klarna(at=SATURDAY)
    tell(outside, at=SATURDAY)
    quiet = len(outside.taken)

    monday = SATURDAY + timedelta(days=2)
    tell(outside, at=monday)

    assert quiet == 0
    assert len(outside.taken) == 1


def test_what_went_away_over_night_is_a_number_and_not_a_message(channel, outside):
    channel()
    klarna("Klarna", at=SATURDAY)
    klarna("Swish", at=SATURDAY)
    tell(outside, at=SATURDAY)
    rows.close(Hold.objects.get(subject="Swish"), SATURDAY)
    public.refresh_cases(now=SATURDAY + timedelta(minutes=1))

    tell(outside, at=SATURDAY + timedelta(days=2))

    assert "1 exception came and went by itself" in Message.objects.get().text
    assert "Swish" not in Message.objects.get().text


def test_harm_now_is_told_at_any_hour(channel, outside):
    channel(team="ADM")
    rows.ledger(trouble="unauthorised", trouble_since=SATURDAY)
    public.refresh_cases(now=SATURDAY)

    tell(outside, at=SATURDAY)

    assert len(outside.taken) == 1


def test_a_channel_hears_only_from_its_severity_on(channel, outside):
    channel(severity="critical")
    klarna()

    tell(outside)

    assert outside.taken == []


def test_a_new_channel_is_not_told_the_past(channel, outside, admin_user):
    klarna(at=NOW - timedelta(minutes=5))
    tell(outside, at=NOW - timedelta(minutes=5))
    line = ChannelLine("FIN", "webhook", "New", HOOK, "at-once", "low")
    add_channel(line, by=admin_user, now=NOW)

    tell(outside)

    assert outside.taken == []


def test_what_could_not_be_delivered_is_sent_again_with_the_same_name(channel, outside):
    made, _ = channel()
    klarna()
    outside.answer = (Outcome.UNKNOWN, "No answer came; it may have arrived.")
    tell(outside)
    failing = AlertChannel.objects.get(pk=made.pk).failing_since

    outside.answer = (Outcome.DELIVERED, "Taken with status 200.")
    send_due(now=NOW + timedelta(seconds=29), post=outside)
    early = len(outside.taken)
    send_due(now=NOW + timedelta(seconds=30), post=outside)

    assert (early, len(outside.taken), failing) == (1, 2, NOW)
    assert len({headers["X-Plumbline-Id"] for _, _, headers in outside.taken}) == 1
    assert AlertChannel.objects.get(pk=made.pk).failing_since is None


def test_a_sender_that_died_is_followed_by_another(channel, outside):
    channel()
    klarna()
    notice_changes(now=NOW)
    compose(now=NOW)
    message = Message.objects.get()
    ended = NOW + timedelta(seconds=40)
    assert Message.objects.claim(message.pk, token="dead", now=NOW, until=ended)

    send_due(now=ended - timedelta(seconds=1), post=outside)
    before = len(outside.taken)
    send_due(now=ended, post=outside)

    assert (before, len(outside.taken)) == (0, 1)


def test_two_senders_do_not_take_the_same_message(channel):
    channel()
    klarna()
    notice_changes(now=NOW)
    compose(now=NOW)
    pk = Message.objects.get().pk
    until = NOW + timedelta(seconds=40)

    taken = [Message.objects.claim(pk, token=t, now=NOW, until=until) for t in ("a", "b")]

    assert taken == [True, False]


def test_a_channel_that_is_refused_gives_up_visibly_and_becomes_an_exception(channel, outside):
    channel()
    klarna()
    outside.answer = (Outcome.REFUSED, "Refused with status 404.")
    at = NOW
    for _ in range(6):
        tell(outside, at=at)
        at += timedelta(minutes=10)
    public.refresh_cases(now=at)

    assert len(outside.taken) == 3
    assert Message.objects.get().state == "failed"
    deaf = ExceptionCase.objects.get(type_key="SYSTEM_SILENT")
    assert "Finance cannot be told by “webhook”" in deaf.title
    assert deaf.team.code == "ADM"


def test_chat_gets_text_that_cannot_be_markup(channel, outside):
    channel("chat")
    klarna("<!channel> & <b>")

    tell(outside)

    text = json.loads(outside.taken[0][1])["text"]
    assert "&lt;!channel&gt; &amp; &lt;b&gt;" in text
    assert "<" not in text


def test_mail_goes_to_the_members_of_the_team(channel, finance_user):
    finance_user.email = "frank@example.com"
    finance_user.save()
    Team.objects.get(code="FIN").members.add(finance_user)
    channel("email", where="")
    klarna()

    tell()

    [sent] = mail.outbox
    assert sent.to == ["frank@example.com"]
    assert sent.extra_headers["Message-ID"] == f"<{Message.objects.get().ref}@plumbline>"
    assert Message.objects.get().receipt == "Taken by the mail server for 1."


def test_mail_to_a_team_of_nobody_says_so(channel):
    channel("email", where="")
    klarna()

    tell()

    assert mail.outbox == []
    assert AlertChannel.objects.get().last_error.startswith("Nobody has an address")


def test_a_digest_gathers_the_day_and_comes_when_work_starts(channel, outside):
    channel(pace="digest")
    klarna("Klarna", at=NOW - timedelta(hours=20))
    tell(outside, at=NOW - timedelta(hours=20))
    klarna("Swish", at=NOW - timedelta(hours=3))
    before = len(outside.taken)

    tell(outside)
    klarna("Alma", at=NOW + timedelta(hours=1))
    tell(outside, at=NOW + timedelta(hours=1))

    assert before == 1  # the first working day had not had one yet
    assert len(outside.taken) == 2
    assert "Alma" not in outside.taken[-1][1].decode()


def test_nobody_reads_a_secret_out_of_the_database_or_the_record(channel, admin_user):
    made, secret = channel()

    stored = AlertChannel.objects.values().get()
    record = AuditEntry.objects.values().get(action="channel.add")
    for text in (str(stored), str(record)):
        assert "B0/secret" not in text
        assert secret not in text
    assert stored["shown"] == "hooks.example.com"
    assert address_of(made) == {"url": HOOK, "secret": secret}


def test_a_sealed_address_opens_for_its_own_channel_only(channel):
    first, _ = channel()
    second, _ = channel(label="Other")
    first.sealed, second.sealed = second.sealed, first.sealed

    with pytest.raises(SealBrokenError):
        address_of(first)


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/x",
        "https://127.0.0.1/x",
        "https://169.254.169.254/latest",
        "https://localhost/x",
        "https://user@hooks.example.com/x",
        "https://hooks.example.com:22/x",
        "file:///etc/passwd",
        "https://2130706433/",
        "gopher://hooks.example.com/",
    ],
)
def test_an_inner_address_is_refused_when_it_is_saved(channel, url):
    with pytest.raises(ChannelError):
        channel(where=url)

    assert not AlertChannel.objects.exists()


def test_an_address_may_carry_its_key_in_the_query(channel, outside):
    channel("chat", where="https://flows.example.com/run?sig=abc")
    klarna()

    tell(outside)

    assert outside.taken[0][0].endswith("?sig=abc")


def test_changing_a_channel_keeps_the_address_that_is_not_written_again(channel, admin_user):
    made, secret = channel()
    line = ChannelLine("OPS", "webhook", "Renamed", "", "digest", "high")

    change_channel(made.pk, line, by=admin_user, now=NOW)

    made.refresh_from_db()
    assert (made.label, made.team.code, made.pace) == ("Renamed", "OPS", "digest")
    assert address_of(made) == {"url": HOOK, "secret": secret}


def test_a_test_message_goes_out_but_not_twice_in_a_minute(channel, outside, admin_user):
    made, _ = channel("chat")
    ask_test(made.pk, by=admin_user, now=NOW)

    with pytest.raises(ChannelError, match="less than a minute"):
        ask_test(made.pk, by=admin_user, now=NOW + timedelta(seconds=59))
    tell(outside)

    assert "Nothing is wrong" in json.loads(outside.taken[0][1])["text"]


# --- The ladder ------------------------------------------------------------------------------


@pytest.fixture
def finance(finance_user, approver_user, auditor_user):
    """Frank works, Farah leads, Audrey stands in; all have e-mail."""
    for user in (finance_user, approver_user, auditor_user):
        user.email = f"{user.username}@example.com"
        user.save()
    Team.objects.filter(code="FIN").update(lead=approver_user, backup=auditor_user)
    Team.objects.get(code="FIN").members.add(finance_user)
    return finance_user


def test_an_ignored_exception_climbs_every_rung_in_time_and_says_so(channel, outside, finance):
    channel()
    klarna()
    due = ExceptionCase.objects.get().first_action_due
    public.assign(
        case_id=ExceptionCase.objects.get().pk, to=finance, by=finance, now=NOW
    )  # given, and not looked at

    told = []
    for minutes in (-1, 0, 59, 60, 120, 180, 600):
        notice_overdue(now=due + timedelta(minutes=minutes))
        told.append(Notice.objects.filter(kind="escalated").count())

    assert told == [0, 1, 1, 2, 3, 4, 4]
    people = (
        Notice.objects.filter(kind="escalated")
        .order_by("pk")
        .values_list("person__username", flat=True)
    )
    assert list(people) == ["frank", None, "farah", "audrey"]
    story = CaseEvent.objects.filter(kind="escalated").values_list("sentence", flat=True)
    assert len(story) == 4
    assert any("farah, who leads the team, is told" in line for line in story)


def test_the_lead_gets_a_mail_of_their_own(finance):
    klarna()
    due = ExceptionCase.objects.get().first_action_due

    tell(at=due + timedelta(minutes=60))

    assert [sent.to for sent in mail.outbox] == [["farah@example.com"]]
    assert "It should have been looked at 1 h ago." in mail.outbox[0].body


def test_who_looks_at_it_stops_the_first_clock(finance):
    klarna()
    case = ExceptionCase.objects.get()
    public.acknowledge(case_id=case.pk, by=finance, now=NOW)

    notice_overdue(now=case.first_action_due + timedelta(hours=1))

    assert not Notice.objects.filter(kind="escalated").exists()


def test_a_snoozed_exception_does_not_climb(finance):
    klarna()
    case = ExceptionCase.objects.get()
    until = NOW + timedelta(hours=20)
    public.snooze(case_id=case.pk, until=until, by=finance, now=NOW)

    notice_overdue(now=case.first_action_due + timedelta(hours=3))

    assert not Notice.objects.filter(kind="escalated").exists()


def test_a_dear_exception_climbs_faster(finance):
    rows.hold("PAYMENT_UNMAPPED", "Klarna", document=rows.receipt(gross=Decimal(1200)))
    public.refresh_cases(now=NOW)
    due = ExceptionCase.objects.get().first_action_due

    notice_overdue(now=due + timedelta(minutes=30))

    assert Notice.objects.filter(kind="escalated").count() == 3


def test_a_comment_that_names_somebody_reaches_them(finance, ops_user):
    klarna()
    case = ExceptionCase.objects.get()
    public.comment(
        case_id=case.pk, text="@frank which account? (not @nobody)", by=ops_user, now=NOW
    )

    tell()

    [sent] = mail.outbox
    assert sent.to == ["frank@example.com"]
    assert "olive wrote to you: @frank which account?" in sent.body
    assert Notice.objects.get(kind="mentioned").person == finance
