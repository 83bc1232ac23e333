from django.apps import AppConfig
from django.db.models.signals import post_migrate


class MonitoringConfig(AppConfig):
    name = "monitoring"

    def ready(self) -> None:
        """Make the groups of the nine roles whenever the tables are made."""
        from monitoring.kit.permissions import ensure_groups

        post_migrate.connect(ensure_groups, dispatch_uid="monitoring.ensure_groups")
