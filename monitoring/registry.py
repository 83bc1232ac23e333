"""Every exception type that is looked for. Filled when the applications start."""

from collections.abc import Iterable

from monitoring.findings import Detector, ExceptionType

FALLBACK = "VALIDATION_FAILED"  # shows holds whose kind has no type of its own
DETECTORS: dict[str, Detector] = {}
TYPES: dict[str, ExceptionType] = {}


def register_detectors(detectors: Iterable[Detector]) -> None:
    """Add detectors. The same one twice is one; two for one key raise ValueError."""
    for detector in detectors:
        key = detector.TYPE.key
        if DETECTORS.get(key, detector) is not detector:
            raise ValueError(f"Two detectors look for {key}.")
        DETECTORS[key] = detector
        TYPES[key] = detector.TYPE


def home_of(kind: str) -> str:
    """Return the type that shows open holds of `kind`: its own, or the one for all the others."""
    own = TYPES.get(kind)
    return kind if own is not None and own.takes_holds else FALLBACK


def kinds_with_a_home() -> list[str]:
    """Return the hold kinds that a type of their own shows."""
    return [key for key, each in TYPES.items() if each.takes_holds and key != FALLBACK]
