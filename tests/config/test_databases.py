from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.databases import database

FILE = Path("plumbline.sqlite3")


def test_without_a_url_it_is_one_file_that_readers_and_the_writer_share():
    config = database("", default_file=FILE)

    assert config["NAME"] == str(FILE)
    assert config["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in config["OPTIONS"]["init_command"]


def test_postgresql_keeps_its_connections_and_has_no_pool():
    config = database("postgres://anna:pw@db.example:5433/shop", default_file=FILE)

    assert (config["HOST"], config["PORT"], config["NAME"]) == ("db.example", 5433, "shop")
    assert (config["CONN_MAX_AGE"], config["CONN_HEALTH_CHECKS"]) == (300, True)
    assert "pool" not in config["OPTIONS"]


def test_postgresql_does_not_compile_our_short_questions_unless_the_url_says_so():
    url = "postgres://anna:pw@db.example/shop"

    assert database(url, default_file=FILE)["OPTIONS"]["options"] == "-c jit=off"
    own = database(f"{url}?options=-c%20jit%3Don", default_file=FILE)
    assert own["OPTIONS"]["options"] == "-c jit=on"


@pytest.mark.parametrize("url", ["mysql://u:hunter2@h/n", "hunter2", "oracle://hunter2@h/n"])
def test_another_database_is_refused_without_repeating_the_password(url):
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL") as refused:
        database(url, default_file=FILE)

    assert "hunter2" not in str(refused.value)
