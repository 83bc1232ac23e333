"""The queue's own table has no index for its one question: what is next in this queue?"""

from django.db import migrations

ADD = "CREATE INDEX IF NOT EXISTS plumbline_queue_next ON django_q_ormq (key, lock)"
REMOVE = "DROP INDEX IF EXISTS plumbline_queue_next"


class Migration(migrations.Migration):
    dependencies = [("django_q", "0019_alter_task_options_alter_ormq_key_alter_ormq_lock_and_more")]

    operations = [migrations.RunSQL(ADD, REMOVE)]
