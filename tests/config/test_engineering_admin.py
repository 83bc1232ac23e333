import pytest
from django.contrib import admin
from django.contrib.auth.models import User

ADMIN = "/engineering/admin/"


@pytest.mark.django_db
def test_staff_who_are_not_engineers_stay_out(client):
    client.force_login(User.objects.create_user("ada", is_staff=True))

    assert client.get(ADMIN).status_code == 302


@pytest.mark.django_db
def test_engineers_see_the_tables(client):
    client.force_login(User.objects.create_superuser("eve"))

    assert client.get(ADMIN).status_code == 200


def test_the_pickled_columns_of_the_queue_are_never_opened_here():
    shown = {model._meta.app_label for model in admin.site._registry}

    assert "auth" in shown
    assert "django_q" not in shown
