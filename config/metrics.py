"""Prometheus figures. All are read from our tables, so any web process tells the same."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector


def exposition() -> tuple[bytes, str]:
    """Return (body, content type). Raises OperationalError when the database is away."""
    registry = CollectorRegistry()
    registry.register(_Figures())
    return generate_latest(registry), CONTENT_TYPE_LATEST


class _Figures(Collector):
    def describe(self) -> list[GaugeMetricFamily]:
        """Nothing up front: registering must not query the database."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        from integrations import public

        for figure in public.health_figures():
            labels = dict(figure.labels)
            family = GaugeMetricFamily(f"plumbline_{figure.name}", figure.help, labels=list(labels))
            family.add_metric(list(labels.values()), float(figure.value))
            yield family
