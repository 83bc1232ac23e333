from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from config import schedules


class Command(BaseCommand):
    help = "Make the stored schedules what the code says. Run it after every upgrade."

    def handle(self, *args: Any, **options: Any) -> None:
        schedules.sync(timezone.now())
        self.stdout.write("Schedules are up to date.")
