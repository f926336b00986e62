"""Settings: whatever is wrong is refused at start with one sentence that names the variable."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from survey_app.settings import SettingsError, read_settings

SECRET = "x" * 40


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("HAILONG_ENV", "produktion"),
        ("HAILONG_ENV", ""),
        ("HAILONG_DATABASE_URL", "not an address"),
        ("HAILONG_DATABASE_URL", "mysql://host/name"),
        ("HAILONG_DATABASE_URL", "sqlite://"),
        ("HAILONG_DATABASE_URL", "sqlite:///:memory:"),
        ("HAILONG_SECRET_KEY", "short"),
        ("HAILONG_SECRET_KEY", ""),
        ("HAILONG_INSTANCE", "/proc/nowhere"),
        ("FORWARDED_ALLOW_IPS", "the proxy"),
    ],
)
def test_a_wrong_value_is_refused_with_one_sentence_that_names_the_variable(
    tmp_path: Path, variable: str, value: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        read_settings({"HAILONG_INSTANCE": str(tmp_path), variable: value})
    assert str(refused.value).startswith(variable)
    assert str(refused.value).endswith(".")
    assert "\n" not in str(refused.value)


def test_a_password_in_the_database_address_is_not_repeated_in_the_message(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        read_settings({"HAILONG_INSTANCE": str(tmp_path), "HAILONG_DATABASE_URL": "mysql://me:geheim@host/name"})
    assert "geheim" not in str(refused.value)


def test_an_instance_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="HAILONG_INSTANCE"):
        read_settings({"HAILONG_INSTANCE": str(tmp_path / "file")})


def test_production_refuses_a_generated_secret_even_where_one_lies_ready(tmp_path: Path) -> None:
    read_settings({"HAILONG_INSTANCE": str(tmp_path)})
    with pytest.raises(SettingsError, match="HAILONG_SECRET_KEY"):
        read_settings({"HAILONG_INSTANCE": str(tmp_path), "HAILONG_ENV": "production"})


@pytest.mark.parametrize("debug", ["1", "true", "yes", "on"])
def test_production_refuses_debug(tmp_path: Path, debug: str) -> None:
    environ = {"HAILONG_INSTANCE": str(tmp_path), "HAILONG_ENV": "production", "HAILONG_SECRET_KEY": SECRET}
    assert read_settings(environ | {"FLASK_DEBUG": "0"}).production
    with pytest.raises(SettingsError, match="FLASK_DEBUG"):
        read_settings(environ | {"FLASK_DEBUG": debug})


def test_the_generated_secret_is_stable_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first = read_settings({"HAILONG_INSTANCE": str(tmp_path)}).secret_key
    assert len(first) >= 32
    assert read_settings({"HAILONG_INSTANCE": str(tmp_path)}).secret_key == first
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "contact_key").stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["contact_key", "secret_key"]


def _secret_in(folder: str) -> str:
    return read_settings({"HAILONG_INSTANCE": folder}).secret_key


def test_processes_that_start_together_agree_on_the_secret(tmp_path: Path) -> None:
    with ProcessPoolExecutor(4, mp_context=get_context("fork")) as pool:
        secrets = set(pool.map(_secret_in, [str(tmp_path)] * 16))
    assert len(secrets) == 1
    assert sorted(os.listdir(tmp_path)) == ["contact_key", "secret_key"]


def test_the_default_database_is_a_file_in_the_instance(tmp_path: Path) -> None:
    assert str(tmp_path / "hai-long.sqlite3") in read_settings({"HAILONG_INSTANCE": str(tmp_path)}).database_url


def test_postgresql_is_reached_by_the_driver_that_is_installed(tmp_path: Path) -> None:
    address = "postgresql://me:secret@host/name"
    settings = read_settings({"HAILONG_INSTANCE": str(tmp_path), "HAILONG_DATABASE_URL": address})
    assert settings.database_url == "postgresql+psycopg://me:secret@host/name"
