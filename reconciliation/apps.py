from django.apps import AppConfig


class ReconciliationConfig(AppConfig):
    name = "reconciliation"

    def ready(self) -> None:
        """Journals are built as soon as a store's day is complete."""
        from integrations import public
        from reconciliation.sweeps import KINDS

        public.register(*KINDS)
