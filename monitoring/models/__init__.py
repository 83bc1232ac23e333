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
from monitoring.models.pipeline import FlowHour, StagePatience
from monitoring.models.stock import (
    DriftCensus,
    DriftSample,
    DriftTotal,
    SaleExposure,
    SalesRate,
)
from monitoring.models.teams import Assumption, RoutingRule, Team

__all__ = [
    "AlertChannel",
    "Assumption",
    "CaseEvent",
    "CaseOccurrence",
    "CheckTick",
    "DetectorRun",
    "DriftCensus",
    "DriftSample",
    "DriftTotal",
    "ExceptionCase",
    "ExceptionCaseQuerySet",
    "FlowHour",
    "ManualReading",
    "ManualRevision",
    "Measurement",
    "Message",
    "Notice",
    "RoutingRule",
    "SaleExposure",
    "SalesRate",
    "StagePatience",
    "Team",
    "Told",
]
