from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ReconciliationConfig(AppConfig):
    name = "reconciliation"

    def ready(self) -> None:
        """Follow the days, look for what is wrong with them, and guard what was signed."""
        from integrations import public
        from monitoring.kit.tiles import register_tiles
        from monitoring.public import register_day_standings, register_detectors
        from reconciliation.detectors import DETECTORS
        from reconciliation.guards import guard_evidence
        from reconciliation.pages.tile import TILE
        from reconciliation.standings import day_standings
        from reconciliation.sweeps import KINDS

        public.register(*KINDS)
        register_detectors(DETECTORS)
        register_tiles([TILE])
        register_day_standings(day_standings)
        post_migrate.connect(guard_evidence, dispatch_uid="reconciliation.guard_evidence")
