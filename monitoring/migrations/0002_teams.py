"""The seven teams. Without rules each type goes to its own team, so nothing is ever unowned."""

from typing import Any

from django.db import migrations

TEAMS = (
    ("OPS", "Operations", "01234"),
    ("FIN", "Finance", "01234"),
    ("CX", "Customer service", "01234"),
    ("WH", "Warehouse", "01234"),
    ("STORE", "Stores", "0123456"),
    ("MER", "Merchandising", "01234"),
    ("ADM", "Administrators", "01234"),
)


def make_teams(apps: Any, schema_editor: Any) -> None:
    team = apps.get_model("monitoring", "Team")
    for code, name, weekdays in TEAMS:
        team.objects.get_or_create(code=code, defaults={"name": name, "weekdays": weekdays})


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0001_initial")]

    operations = [migrations.RunPython(make_teams, migrations.RunPython.noop)]
