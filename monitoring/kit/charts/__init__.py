"""Small drawings rendered on the server. Each is a pure function from values to markup."""

from monitoring.kit.charts.bars import bars
from monitoring.kit.charts.drift import Cause, drift_bar
from monitoring.kit.charts.silence import Hour, ShopRow, silence
from monitoring.kit.charts.sparkline import sparkline
from monitoring.kit.charts.system_map import MapFlow, MapSystem, system_map
from monitoring.kit.charts.trace import Hop, Mark, trace

__all__ = [
    "Cause",
    "Hop",
    "Hour",
    "MapFlow",
    "MapSystem",
    "Mark",
    "ShopRow",
    "bars",
    "drift_bar",
    "silence",
    "sparkline",
    "system_map",
    "trace",
]
