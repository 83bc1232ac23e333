from django.db import migrations

REASONS = (
    ("till-miscount", "The drawer was miscounted"),
    ("petty-cash", "Petty cash was paid out of the drawer"),
    ("wrong-tender", "Rung up under another payment type"),
    ("offline-till", "A till was offline and uploads later"),
    ("rounding", "Cash rounding"),
    ("timing", "Belongs to the day before or after"),
    ("till-error", "The till's report is wrong"),
    ("written-off", "Written off"),
)


def add_reasons(apps, schema_editor):
    """What finance may say of a variance; the list is the retailer's to change."""
    reason = apps.get_model("reconciliation", "ReasonCode")
    for code, label in REASONS:
        reason.objects.get_or_create(code=code, defaults={"label": label})


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0003_sign_off")]

    operations = [migrations.RunPython(add_reasons, migrations.RunPython.noop)]
