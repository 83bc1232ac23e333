from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    name = "integrations"

    def ready(self) -> None:
        """Tell the schedule which sweeps the hub has."""
        from integrations.services.sweeps import register_sweeps

        register_sweeps()
