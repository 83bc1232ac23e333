from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.urls import URLPattern, URLResolver, get_resolver

from monitoring.kit.permissions import ROLES, Capability, can, ensure_groups

PUBLIC = {"healthz", "readyz", "metrics", "login", "logout", "password_change"}
PUBLIC_PREFIXES = ("engineering/admin/", "webhooks/", "static/", "api/v1/")  # guard themselves


def patterns(resolver: URLResolver, prefix: str = "") -> list[tuple[str, URLPattern]]:
    found = []
    for item in resolver.url_patterns:
        route = f"{prefix}{item.pattern}"
        found += patterns(item, route) if isinstance(item, URLResolver) else [(route, item)]
    return found


def test_every_address_of_the_site_declares_who_may_use_it() -> None:
    open_doors = [
        route
        for route, pattern in patterns(get_resolver())
        if not hasattr(pattern.callback, "capability")
        and pattern.name not in PUBLIC
        and not route.startswith(PUBLIC_PREFIXES)
    ]

    assert open_doors == []


def test_every_capability_is_held_by_somebody() -> None:
    held = frozenset().union(*(role.capabilities for role in ROLES))

    assert held == frozenset(Capability)


def test_the_auditor_reads_everything_and_changes_nothing(auditor_user: Any) -> None:
    allowed = {capability for capability in Capability if can(auditor_user, capability)}

    assert allowed == {capability for capability in Capability if capability.startswith("view_")}


def test_nobody_both_prepares_and_signs_a_day_by_one_role() -> None:
    both = {Capability.PREPARE_DAY, Capability.SIGN_DAY}

    assert [role.slug for role in ROLES if both <= role.capabilities] == []


@pytest.mark.parametrize("capability", [Capability.PREPARE_DAY, Capability.SIGN_DAY])
def test_not_even_a_superuser_signs_without_the_role(
    django_user_model: Any, db: None, capability: Capability
) -> None:
    root = django_user_model.objects.create_superuser("root")

    assert not can(root, capability)
    assert can(root, Capability.MANAGE_USERS)


def test_a_change_of_role_holds_from_the_next_request(
    ops_user: Any, django_user_model: Any
) -> None:
    assert can(ops_user, Capability.REPLAY)

    ops_user.groups.set([Group.objects.get(name="store")])

    assert not can(django_user_model.objects.get(pk=ops_user.pk), Capability.REPLAY)


def test_a_deactivated_account_may_do_nothing(ops_user: Any) -> None:
    ops_user.is_active = False

    assert not any(can(ops_user, capability) for capability in Capability)


def test_an_unknown_capability_is_an_error_and_not_a_no(ops_user: Any) -> None:
    with pytest.raises(ValueError, match="fly"):
        can(ops_user, "fly")


@pytest.mark.django_db
def test_making_the_groups_twice_changes_nothing() -> None:
    before = Group.objects.count()

    ensure_groups()

    assert Group.objects.count() == before == len(ROLES)
