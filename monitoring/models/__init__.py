"""Every table of monitoring."""

from monitoring.models.alerts import AlertChannel, Message, Notice, Told
from monitoring.models.cases import (
    CaseEvent,
    CaseOccurrence,
    DetectorRun,
    ExceptionCase,
    ExceptionCaseQuerySet,
)
from monitoring.models.duties import CheckTick, ManualReading, ManualRevision, Measurement
from monitoring.models.teams import Assumption, RoutingRule, Team

__all__ = [
    "AlertChannel",
    "Assumption",
    "CaseEvent",
    "CaseOccurrence",
    "CheckTick",
    "DetectorRun",
    "ExceptionCase",
    "ExceptionCaseQuerySet",
    "ManualReading",
    "ManualRevision",
    "Measurement",
    "Message",
    "Notice",
    "RoutingRule",
    "Team",
    "Told",
]
