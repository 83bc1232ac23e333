"""Look for one type, as a refresh does."""

from collections.abc import Callable
from datetime import datetime

import pytest

from monitoring import registry
from monitoring.findings import Finding
from monitoring.value import Assumptions
from tests.conftest import NOW

Look = Callable[..., list[Finding]]


@pytest.fixture
def look(db: None) -> Look:
    def run(key: str, at: datetime = NOW) -> list[Finding]:
        figures = Assumptions()
        detector = registry.DETECTORS[key]
        facts = detector.gather(now=at, figures=figures)
        return list(detector.detect(facts, now=at, figures=figures))

    return run
