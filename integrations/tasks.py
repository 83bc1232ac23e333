"""What django-q2 may call: names only, and running twice is harmless."""

from integrations.services import schedule, wiring


def run_sweep(name: str) -> None:
    """Run one sweep unless somebody else does, and wake up whoever follows."""
    rt = wiring.live()
    schedule.run(rt, name)
    schedule.enqueue_due(rt.clock())


def tick() -> None:
    """The fall-back clock, once a minute, in case the watchdog is not running."""
    schedule.enqueue_due(wiring.live().clock())
