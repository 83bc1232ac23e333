"""Prometheus figures. All are read from our tables, so any web process tells the same."""

from collections.abc import Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from integrations import public
from integrations.public import HealthFigures


def exposition(now: datetime) -> tuple[bytes, str]:
    """Return (body, content type). Raises OperationalError when the database is away."""
    registry = CollectorRegistry()
    registry.register(_Figures(public.health_figures(now), now))
    return generate_latest(registry), CONTENT_TYPE_LATEST


class _Figures(Collector):
    def __init__(self, figures: HealthFigures, now: datetime) -> None:
        self._figures = figures
        self._now = now

    def collect(self) -> Iterator[GaugeMetricFamily]:
        known = self._figures
        yield _gauge("waiting_events", "Facts in the inbox, not yet planned", known.waiting_events)
        yield _gauge("open_holds", "Reasons why records wait for people", known.open_holds)
        yield _gauge("sweeps_overdue", "Sweeps late by two minutes or more", known.sweeps_overdue)
        yield self._transfers()
        yield self._age("oldest_event", "Age of the oldest fact not planned", known.oldest_event_at)
        yield self._age("oldest_due", "Age of the oldest transfer that is due", known.oldest_due_at)
        yield self._age("heartbeat", "Since a worker last said it works", known.last_heartbeat_at)

    def _transfers(self) -> GaugeMetricFamily:
        family = GaugeMetricFamily(
            "plumbline_transfers", "Effects that are not done yet, by state", labels=["state"]
        )
        for state, count in sorted(self._figures.transfers_by_state.items()):
            family.add_metric([state], count)
        return family

    def _age(self, name: str, text: str, since: datetime | None) -> GaugeMetricFamily:
        """Seconds since `since`; no sample at all when there is nothing to be old."""
        seconds = (self._now - since).total_seconds() if since else None
        return _gauge(f"{name}_age_seconds", text, seconds)


def _gauge(name: str, text: str, value: float | None) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"plumbline_{name}", text, value=value)
