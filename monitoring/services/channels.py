"""Where teams are told: added, changed, tried, removed; each is recorded, no secret is shown."""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from integrations import public
from monitoring.models import AlertChannel, Message, Team
from monitoring.words import counted

if TYPE_CHECKING:
    from django.contrib.auth.models import User

PURPOSE = "plumbline alert channel"
TEST_EVERY = 60  # seconds between two tries of one channel: it is no port scanner


class ChannelError(ValueError):
    """It was not done; the sentence says why."""


@dataclass(frozen=True, slots=True)
class ChannelLine:
    """A channel as people write it. `where` is addresses for e-mail, else one web address.

    Empty e-mail addresses mean the members of the team; for a web address, `where` empty keeps
    the one that is stored.
    """

    team: str
    kind: str
    label: str
    where: str
    pace: str
    severity: str
    enabled: bool = True


def add_channel(line: ChannelLine, *, by: "User", now: datetime) -> tuple[AlertChannel, str]:
    """Return the new channel, and the secret that signs its messages: shown this once only.

    Raises ChannelError for an address that may not be called or is not one.
    """
    address, shown = _address(line)
    channel = AlertChannel(team=_team(line.team), made_at=now, kind=line.kind)
    _fill(channel, line)
    try:
        with transaction.atomic():
            channel.save()
            _seal(channel, address, shown)
            _record(channel, "add", by=by, now=now, after=_state(channel))
    except IntegrityError:
        raise ChannelError(f"{channel.team} has a channel called “{line.label}”.") from None
    return channel, address.get("secret", "")


@transaction.atomic
def change_channel(pk: int, line: ChannelLine, *, by: "User", now: datetime) -> AlertChannel:
    """Change everything but the kind. Raises ChannelError."""
    channel = _get(pk)
    before = _state(channel)
    _fill(channel, line)
    channel.team = _team(line.team)
    channel.failing_since, channel.last_error = None, ""
    channel.save()
    if line.where.strip() or channel.kind == AlertChannel.Kind.EMAIL:
        address, shown = _address(line)
        if channel.kind == AlertChannel.Kind.WEBHOOK:
            address["secret"] = address_of(channel).get("secret", address["secret"])
        _seal(channel, address, shown)
    _record(channel, "change", by=by, now=now, before=before, after=_state(channel))
    return channel


@transaction.atomic
def remove_channel(pk: int, *, by: "User", now: datetime) -> None:
    """Remove a channel with its messages; the record of what it was stays."""
    channel = _get(pk)
    _record(channel, "remove", by=by, now=now, before=_state(channel))
    channel.delete()


@transaction.atomic
def ask_test(pk: int, *, by: "User", now: datetime) -> Message:
    """Write a test message that goes out like any other. At most one a minute."""
    channel = _get(pk)
    latest = channel.messages.order_by("-made_at").first()
    if latest and (now - latest.made_at).total_seconds() < TEST_EVERY:
        raise ChannelError("It was told something less than a minute ago. Wait a moment.")
    name = by.get_full_name() or by.get_username()
    message = Message.objects.create(
        ref=public.new_token(),
        channel=channel,
        subject=f"[Plumbline] {channel.team}: a test",
        text=f"{name} tries whether {channel.team} can be told here. Nothing is wrong.",
        made_at=now,
        not_before=now,
    )
    _record(channel, "test", by=by, now=now)
    return message


def address_of(channel: AlertChannel) -> dict[str, Any]:
    """Return the opened address. Raises SealBrokenError when our keys do not open it."""
    text = public.unseal(channel.sealed, purpose=PURPOSE, owner=str(channel.pk))
    opened: dict[str, Any] = json.loads(text)
    return opened


def members_of(team: Team) -> list[str]:
    """Return the e-mail addresses of a team's members."""
    active = team.members.filter(is_active=True).exclude(email="")
    return sorted(active.values_list("email", flat=True))


def _fill(channel: AlertChannel, line: ChannelLine) -> None:
    channel.label = line.label.strip()
    channel.pace, channel.severity, channel.enabled = line.pace, line.severity, line.enabled


def _address(line: ChannelLine) -> tuple[dict[str, Any], str]:
    """Return what is sealed, and what people may see of it."""
    if line.kind == AlertChannel.Kind.EMAIL:
        return _emails(line.where)
    try:
        url = public.check_hook(line.where.strip())
    except public.AddressError as error:
        raise ChannelError(str(error)) from None
    host = urlsplit(url).hostname or ""
    if line.kind == AlertChannel.Kind.CHAT:
        return {"url": url}, host
    return {"url": url, "secret": secrets.token_urlsafe(32)}, host


def _emails(text: str) -> tuple[dict[str, Any], str]:
    found = [each for each in text.replace(",", " ").replace(";", " ").split() if each]
    for each in found:
        try:
            validate_email(each)
        except ValidationError:
            raise ChannelError(f"“{each}” is not an e-mail address.") from None
    shown = counted(len(found), "address", "addresses") if found else "Every member of the team"
    return {"to": found}, shown


def _seal(channel: AlertChannel, address: dict[str, Any], shown: str) -> None:
    text = json.dumps(address)
    channel.sealed = public.seal(text, purpose=PURPOSE, owner=str(channel.pk))
    channel.shown = shown
    channel.save(update_fields=("sealed", "shown"))


def _team(code: str) -> Team:
    team = Team.objects.filter(code=code).first()
    if team is None:
        raise ChannelError("There is no such team.")
    return team


def _get(pk: int) -> AlertChannel:
    channel = AlertChannel.objects.select_related("team").filter(pk=pk).first()
    if channel is None:
        raise ChannelError("There is no such channel.")
    return channel


def _state(channel: AlertChannel) -> dict[str, Any]:
    return {
        "team": channel.team.code,
        "where": channel.shown,
        "pace": channel.pace,
        "from severity": channel.severity,
        "enabled": channel.enabled,
    }


def _record(
    channel: AlertChannel,
    did: str,
    *,
    by: "User",
    now: datetime,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    public.record_audit(
        by=by,
        action=f"channel.{did}",
        subject=f"{channel.team} {channel.label}",
        before=before,
        after=after,
        now=now,
    )
