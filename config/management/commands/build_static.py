from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from config.assets.finder import SCRIPT, package_file
from config.assets.stylesheet import stylesheet


class Command(BaseCommand):
    help = "Make what set-up derives from installed packages: the chart stylesheet."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        target: Path = settings.ROOT / "static" / "generated" / "plotly.css"
        script = package_file("plotly", f"package_data/{SCRIPT}").read_text(encoding="utf-8")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(stylesheet(script), encoding="utf-8")
        self.stdout.write(f"Wrote {target.relative_to(settings.ROOT)}")
