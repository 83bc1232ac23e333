from django.urls import reverse

from monitoring.kit.tabs import Tab


def flow_tabs(current: int) -> list[Tab]:
    names = (("Flows", "flows"), ("Connections", "connections"))
    return [
        Tab(label, reverse(name), index == current) for index, (label, name) in enumerate(names)
    ]


SETTINGS = (
    ("People", "people"),
    ("Routing", "routing"),
    ("Alerts", "alerts"),
    ("Changes", "audit"),
)


def settings_tabs(current: str) -> list[Tab]:
    """Return the pages of the settings; `current` is the name of the page."""
    return [Tab(label, reverse(name), name == current) for label, name in SETTINGS]


MANUAL = (("Manual", "manual"), ("Owners", "owners"), ("Checklist", "checklist"))


def manual_tabs(current: str) -> list[Tab]:
    """Return the pages of the manual; `current` is the name of the page."""
    return [Tab(label, reverse(name), name == current) for label, name in MANUAL]


STOCK = (
    ("Drift", "stock"),
    ("Levels now", "levels"),
    ("All places", "stock-places"),
    ("Exposure", "exposure"),
    ("Pace", "pace"),
)


def stock_tabs(current: str) -> list[Tab]:
    """Return the pages of stock; `current` is the name of the page."""
    return [Tab(label, reverse(name), name == current) for label, name in STOCK]
