"""The path by which the house tells that it has stopped: straight from the environment, no rows."""

import json
import logging
import smtplib

from django.conf import settings
from django.core.mail import send_mail

from integrations.services.outbound import Outcome, post

_log = logging.getLogger(__name__)


def tell(sentence: str) -> bool:
    """Mail and post `sentence` to those named in the environment; True when anybody took it."""
    _log.error("alarm sentence=%s", sentence)
    return any([_mail(sentence), _post(sentence)])


def _mail(sentence: str) -> bool:
    to: list[str] = settings.PLUMBLINE_ALARM_EMAILS
    if not to:
        return False
    try:
        return bool(send_mail("[Plumbline] The house itself", sentence, None, to))
    except (smtplib.SMTPException, OSError):
        _log.exception("alarm not mailed")
        return False


def _post(sentence: str) -> bool:
    url: str = settings.PLUMBLINE_ALARM_URL
    if not url:
        return False
    body = json.dumps({"text": sentence}).encode()
    outcome, receipt = post(url, body, {"Content-Type": "application/json"})
    if outcome != Outcome.DELIVERED:
        _log.error("alarm not posted receipt=%s", receipt)
    return outcome == Outcome.DELIVERED
