from django.apps import AppConfig
from django.db.models.signals import post_migrate


class MonitoringConfig(AppConfig):
    name = "monitoring"

    def ready(self) -> None:
        """Say what is looked for and how often; make the groups whenever the tables are made."""
        from integrations.public import register, witness_census
        from monitoring.detectors import DETECTORS
        from monitoring.kit.permissions import ensure_groups
        from monitoring.registry import register_detectors
        from monitoring.services.drift_census import keep_census
        from monitoring.tasks import SWEEPS

        register_detectors(DETECTORS)
        register(*SWEEPS)
        witness_census(keep_census)
        post_migrate.connect(ensure_groups, dispatch_uid="monitoring.ensure_groups")
