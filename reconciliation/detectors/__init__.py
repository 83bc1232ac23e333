"""Every exception type of reconciliation, one line each."""

from monitoring.findings import Detector
from reconciliation.detectors import (
    cash_over_short,
    dayend_late,
    dayend_variance,
    late_sale,
    seal_broken,
)

DETECTORS: tuple[Detector, ...] = (
    dayend_late,
    dayend_variance,
    cash_over_short,
    late_sale,
    seal_broken,
)
