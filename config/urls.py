"""Every address of the site: sign-in, health, webhooks, the engineers' admin, the pages."""

from django.contrib import admin
from django.contrib.auth import views as auth
from django.urls import include, path

from config import health

handler500 = "config.health.server_error"

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("accounts/login/", auth.LoginView.as_view(), name="login"),
    path("accounts/logout/", auth.LogoutView.as_view(), name="logout"),
    path(
        "accounts/password/",
        auth.PasswordChangeView.as_view(success_url="/"),
        name="password_change",
    ),
    path("engineering/admin/", admin.site.urls),
    path("api/v1/", include("config.api")),
    path("", include("integrations.urls")),
    path("", include("monitoring.urls")),
    path("", include("reconciliation.urls")),
]
