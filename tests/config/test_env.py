from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env

NAME = "PLUMBLINE_EXAMPLE"


@pytest.fixture
def put(monkeypatch):
    return lambda value, name=NAME: monkeypatch.setenv(name, value)


@pytest.mark.parametrize(("text", "meant"), [("1", True), ("Yes", True), ("off", False)])
def test_a_switch_understands_the_usual_words(put, text, meant):
    put(text)

    assert env.env_bool(NAME, default=not meant) is meant


def test_an_empty_value_means_the_default(put):
    put("  ")

    assert env.env_bool(NAME, default=True) is True
    assert env.env_int(NAME, default=7) == 7
    assert env.env_list(NAME, default=["a"]) == ["a"]


def test_a_misspelt_switch_stops_the_start_and_names_itself(put):
    put("ture")

    with pytest.raises(ImproperlyConfigured, match=f"{NAME} is 'ture'"):
        env.env_bool(NAME, default=False)


@pytest.mark.parametrize("text", ["many", "0", "33", "1.5"])
def test_a_number_outside_its_range_is_refused(put, text):
    put(text)

    with pytest.raises(ImproperlyConfigured, match=NAME):
        env.env_int(NAME, default=2, least=1, most=32)


def test_a_word_outside_the_choices_is_refused_with_the_choices(put):
    put("prod")

    with pytest.raises(ImproperlyConfigured, match="local, production"):
        env.env_choice(NAME, default="local", choices=("local", "production"))


def test_a_secret_may_lie_in_a_file(put, tmp_path: Path):
    (tmp_path / "key").write_text("s3cret\n")
    put(str(tmp_path / "key"), f"{NAME}_FILE")

    assert env.env_secret(NAME) == "s3cret"


def test_a_secret_given_twice_is_refused(put, tmp_path: Path):
    put("one")
    put(str(tmp_path / "key"), f"{NAME}_FILE")

    with pytest.raises(ImproperlyConfigured, match="keep one of them"):
        env.env_secret(NAME)


def test_a_secret_file_that_cannot_be_read_stops_the_start(put, tmp_path: Path):
    put(str(tmp_path / "absent"), f"{NAME}_FILE")

    with pytest.raises(ImproperlyConfigured, match="No such file"):
        env.env_secret(NAME)


def test_origins_are_exact_and_lower_cased(put):
    put("http://127.0.0.1:8700, https://ERP.Example/, http://[::1]:9")

    assert env.env_origins(NAME) == [
        "http://127.0.0.1:8700",
        "https://erp.example",
        "http://[::1]:9",
    ]


@pytest.mark.parametrize(
    "text",
    ["127.0.0.1:8700", "ftp://a.example", "https://", "https://a.example/api", "https://u@a", "*"],
)
def test_what_is_not_an_origin_is_refused(put, text):
    put(text)

    with pytest.raises(ImproperlyConfigured, match="scheme://host"):
        env.env_origins(NAME)


def test_the_process_wins_over_the_file(monkeypatch, tmp_path: Path):
    (tmp_path / ".env").write_text(f"{NAME}=from-file\n")
    monkeypatch.setenv(NAME, "from-process")

    env.load_file(tmp_path / ".env")

    assert env.env_text(NAME) == "from-process"
