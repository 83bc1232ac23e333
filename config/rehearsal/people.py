"""Somebody for every role, to sign in with."""

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

from monitoring.kit.permissions import ROLES
from monitoring.public import teams

PASSWORD = "plumbline-demo"  # noqa: S105 (printed on the screen of a demo)
TEAMS = {
    "operator": "OPS",
    "finance_preparer": "FIN",
    "finance_approver": "FIN",
    "store": "STORE",
    "warehouse": "WH",
    "merchandising": "MER",
    "customer_experience": "CX",
    "admin": "ADM",
}


def make_people() -> list[tuple[str, str]]:
    """Make one person a role, in its team; returns (user name, role)."""
    people = get_user_model().objects
    made = []
    for role in ROLES:
        user, new = people.get_or_create(username=role.slug.replace("_", "-"))
        if new:
            user.set_password(PASSWORD)
            user.save()
        user.groups.set(Group.objects.filter(name=role.slug))
        team = teams().filter(code=TEAMS.get(role.slug, "")).first()
        if team is not None:
            team.members.add(user)
        made.append((user.get_username(), role.label))
    return made
