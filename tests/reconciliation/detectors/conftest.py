"""Look for one type, as a refresh does."""

from tests.monitoring.detectors.conftest import look

__all__ = ["look"]
