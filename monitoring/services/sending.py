"""Messages leave: claimed under a lease, sent outside any transaction, their receipt stored.

A crash or a lost answer leaves the message to be sent again with the same reference, so that
whoever gets it can tell a repeat. Nothing is ever dropped silently: what cannot be delivered
stays, and its channel says so.
"""

import hashlib
import hmac
import json
import smtplib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction

from integrations import public
from integrations.public import Outcome
from monitoring.models import AlertChannel, Message
from monitoring.pace import GIVE_UP, next_try
from monitoring.services.channels import address_of, members_of

LEASE = timedelta(seconds=40)
REFUSALS = 3  # a flat no is asked again only so often

# (url, body, headers) → what became of it: `public.post_hook`, or a test's own.
Post = Callable[[str, bytes, dict[str, str]], tuple[Outcome, str]]

Answer = tuple[Outcome, str]


def send_due(*, now: datetime, most: int = 5, post: Post = public.post_hook) -> bool:
    """Send up to `most` messages that are due; True when there may be more."""
    due = list(Message.objects.due(now).values_list("pk", flat=True)[:most])
    for pk in due:
        send(pk, now=now, post=post)
    return len(due) == most


def send(pk: int, *, now: datetime, post: Post = public.post_hook) -> None:
    """Send one message if nobody else does. Safe to call twice and from two workers."""
    token = public.new_token()
    if not Message.objects.claim(pk, token=token, now=now, until=now + LEASE):
        return
    message = Message.objects.select_related("channel__team", "person").get(pk=pk)
    answer = deliver(message, now=now, post=post)
    with transaction.atomic():
        mine = Message.objects.filter(pk=pk, lease_token=token, state=Message.State.SENDING)
        if mine.update(**_after(message, answer, now=now)) and message.channel_id:
            _tell_of_channel(message.channel_id, answer, now=now)


def deliver(message: Message, *, now: datetime, post: Post = public.post_hook) -> Answer:
    """Hand the message over once, by the way of its channel. Writes nothing."""
    channel = message.channel
    if channel is None:
        assert message.person is not None
        return by_email(message, [message.person.email])
    try:
        address = address_of(channel)
    except public.SealBrokenError as error:
        return Outcome.REFUSED, f"{error} Save its address again."
    if channel.kind == AlertChannel.Kind.EMAIL:
        return by_email(message, address.get("to") or members_of(channel.team))
    if channel.kind == AlertChannel.Kind.CHAT:
        return post(address["url"], chat_body(message), {"Content-Type": "application/json"})
    body = signed_body(message)
    return post(address["url"], body, signature(message, body, address["secret"], now=now))


def by_email(message: Message, to: list[str]) -> Answer:
    """Hand it to the mail server. The reference is its Message-ID, so that a repeat is known."""
    if not to:
        return Outcome.REFUSED, "Nobody has an address: no member of the team has an e-mail."
    headers = {"Message-ID": f"<{message.ref}@plumbline>", "Auto-Submitted": "auto-generated"}
    mail = EmailMessage(message.subject, message.text, None, to, headers=headers)
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused:
        return Outcome.REFUSED, "The mail server refuses these addresses."
    except (smtplib.SMTPConnectError, ConnectionRefusedError):
        return Outcome.NOT_SENT, "The mail server cannot be reached."
    except (smtplib.SMTPException, OSError):
        return Outcome.UNKNOWN, "The mail server did not confirm it."
    return Outcome.DELIVERED, f"Taken by the mail server for {len(to)}."


def chat_body(message: Message) -> bytes:
    """Return what Slack and Teams take: text, with the three characters that they read escaped."""
    text = f"*{message.subject}*\n{message.text}"
    for plain, escaped in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(plain, escaped)
    return json.dumps({"text": text}).encode()


def signed_body(message: Message) -> bytes:
    """Return the message for machines: one entry per exception, amounts as text."""
    channel = message.channel
    content: dict[str, Any] = {
        "id": message.ref,
        "made_at": message.made_at.isoformat(),
        "team": channel.team.code if channel else None,
        "subject": message.subject,
        "urgent": message.is_urgent,
        "exceptions": message.items,
    }
    return json.dumps(content, separators=(",", ":")).encode()


def signature(message: Message, body: bytes, secret: str, *, now: datetime) -> dict[str, str]:
    """Return the headers that prove who sent it and when: HMAC-SHA256 of `time.body`."""
    moment = str(int(now.timestamp()))
    digest = hmac.new(secret.encode(), moment.encode() + b"." + body, hashlib.sha256)
    return {
        "Content-Type": "application/json",
        "X-Plumbline-Id": message.ref,
        "X-Plumbline-Timestamp": moment,
        "X-Plumbline-Signature": f"v1={digest.hexdigest()}",
    }


def _after(message: Message, answer: Answer, *, now: datetime) -> dict[str, Any]:
    outcome, receipt = answer
    freed = {"leased_until": None, "lease_token": "", "receipt": receipt[:300]}
    if outcome == Outcome.DELIVERED:
        return {**freed, "state": Message.State.SENT, "sent_at": now}
    most = REFUSALS if outcome == Outcome.REFUSED else GIVE_UP
    if message.attempts >= most:
        return {**freed, "state": Message.State.FAILED}
    again = next_try(message.attempts, now=now)
    return {**freed, "state": Message.State.READY, "not_before": again}


def _tell_of_channel(pk: int, answer: Answer, *, now: datetime) -> None:
    channel = AlertChannel.objects.filter(pk=pk)
    outcome, receipt = answer
    if outcome == Outcome.DELIVERED:
        channel.update(delivered_at=now, last_error="", failing_since=None)
        return
    channel.update(last_error=receipt[:300])
    channel.filter(failing_since__isnull=True).update(failing_since=now)


def email_works() -> bool:
    """Say whether mail leaves this machine, or lies in a folder because no server is set."""
    return not settings.EMAIL_BACKEND.endswith("filebased.EmailBackend")
