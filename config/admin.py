"""Django's own admin, for engineers: superusers only, and without the queue's pickled columns."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

# The queue stores arguments and results as pickles; opening them in a form would run them.
HIDDEN_APPS = {"django_q"}


class EngineeringAdminSite(admin.AdminSite):
    site_header = "Plumbline engineering"
    site_title = "Plumbline engineering"
    index_title = "Tables"

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)

    def register(self, model_or_iterable: Any, *args: Any, **options: Any) -> None:
        single = isinstance(model_or_iterable, type)
        models: Iterable[type[Model]] = [model_or_iterable] if single else model_or_iterable
        shown = [model for model in models if model._meta.app_label not in HIDDEN_APPS]
        if shown:
            super().register(shown, *args, **options)
