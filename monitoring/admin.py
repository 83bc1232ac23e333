"""Engineers look at the tables here; people work on the pages, where changes are recorded."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from monitoring import models


class ReadOnly(admin.ModelAdmin):
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(models.ExceptionCase)
class ExceptionCaseAdmin(ReadOnly):
    list_display = ("pk", "type_key", "subject", "team", "state", "severity", "last_seen")
    list_filter = ("type_key", "state", "severity", "team")
    list_select_related = ("team",)


@admin.register(models.DetectorRun)
class DetectorRunAdmin(ReadOnly):
    list_display = ("type_key", "checked_at", "findings", "failing_since", "last_error")


@admin.register(models.Team)
class TeamAdmin(admin.ModelAdmin):
    list_display = ("code", "name", "timezone", "opens", "closes")
    filter_horizontal = ("members",)
