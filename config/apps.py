from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class ConfigConfig(AppConfig):
    """Lets Django find the management commands that compose all applications."""

    name = "config"


class EngineeringAdminConfig(AdminConfig):
    default_site = "config.admin.EngineeringAdminSite"
