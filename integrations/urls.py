"""Where vendors send webhooks. Sitoo appends /events to the address that it is given."""

from django.urls import path

from integrations import views

urlpatterns = [
    path("webhooks/<slug:slug>", views.webhook, name="webhook"),
    path("webhooks/<slug:slug>/<path:rest>", views.webhook, name="webhook-below"),
]
