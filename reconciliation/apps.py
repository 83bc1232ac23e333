from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ReconciliationConfig(AppConfig):
    name = "reconciliation"

    def ready(self) -> None:
        """Follow the days, look for what is wrong with them, and guard what was signed."""
        from integrations import public
        from reconciliation.guards import guard_evidence
        from reconciliation.sweeps import KINDS

        public.register(*KINDS)
        post_migrate.connect(guard_evidence, dispatch_uid="reconciliation.guard_evidence")
