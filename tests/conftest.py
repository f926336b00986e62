"""What the tests share: an application on a fresh database of each kind, people signed in, a survey on its way."""

from __future__ import annotations

import gc
import itertools
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from survey_app import create_app
from survey_app.accounts.service import add_user
from survey_app.audit.models import SYSTEM, Actor
from survey_app.database import db
from survey_app.settings import read_settings
from survey_app.setup import prepare
from tests.postgres import running_server
from tests.world import SURVEY, make_survey

PASSWORD = "mật khẩu thử nghiệm"
_numbers = itertools.count(1)
gc.set_threshold(50_000, 20, 50)  # thousands of applications are made here; sweeping after each costs an eighth

#: The same examples at each run, so that what passes once passes again, on slow machines too; the long run searches.
settings.register_profile("same", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("search", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("same")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of the throw-away server, with a place for the database's name."""
    with running_server() as address:
        yield address


@pytest.fixture(scope="session")
def prepared_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite database with the shipped geography and questionnaires, to be copied."""
    folder = tmp_path_factory.mktemp("prepared")
    app = create_app(read_settings({"HAILONG_INSTANCE": str(folder)}))
    with app.app_context():
        prepare(lambda line: None)
        db.session.close()
        db.engine.dispose()
    path = folder / "hai-long.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture(scope="session")
def prepared_postgres(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The same as a template database."""
    admin = create_engine(postgres.format(database="postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE prepared"))
    admin.dispose()
    url = postgres.format(database="prepared")
    folder = tmp_path_factory.mktemp("prepared-postgres")
    app = create_app(read_settings({"HAILONG_INSTANCE": str(folder), "HAILONG_DATABASE_URL": url}))
    with app.app_context():
        prepare(lambda line: None)
        db.session.close()
        db.engine.dispose()
    return "prepared"


@pytest.fixture(params=["sqlite", "postgresql"])
def environment(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """Settings of a fresh instance on each database."""
    variables = {"HAILONG_INSTANCE": str(tmp_path / "instance")}
    (tmp_path / "instance").mkdir()
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("prepared_sqlite"), tmp_path / "instance" / "hai-long.sqlite3")
        yield variables
        return
    server, template = request.getfixturevalue("postgres"), request.getfixturevalue("prepared_postgres")
    name = f"test{next(_numbers)}"
    admin = create_engine(server.format(database="postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    yield variables | {"HAILONG_DATABASE_URL": server.format(database=name)}
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture
def app(environment: dict[str, str]) -> Iterator[Flask]:
    """The application on a fresh database of each kind."""
    application = create_app(read_settings(environment))
    application.testing = False  # errors become pages, as for people
    hashing = application.extensions["security"].pwd_context  # cheap here, or the suite would only hash passwords
    hashing.update(argon2__time_cost=1, argon2__memory_cost=32)
    yield application
    with application.app_context():
        db.engine.dispose()


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """A session inside an application context."""
    with app.app_context():
        yield db.session


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Somebody without an account."""
    return app.test_client()


@pytest.fixture
def sign_in(app: Flask) -> Callable[..., FlaskClient]:
    """Make a person with a role and give a client signed in as them."""

    def sign_in(role: str, *scopes: str) -> FlaskClient:
        email = f"{role}{next(_numbers)}@hailong.example"
        with app.app_context():
            add_user(db.session, email, role=role, scopes=list(scopes), actor=SYSTEM, password=PASSWORD)
            db.session.commit()
        person = app.test_client()
        page = person.get("/dang-nhap")
        answer = person.post(
            "/dang-nhap", data={"email": email, "password": PASSWORD, "csrf_token": token_in(page.text), "submit": "1"}
        )
        assert answer.status_code == 302, answer.text
        person.email = email
        return person

    return sign_in


@pytest.fixture
def collecting(app: Flask) -> str:
    """The slug of a survey of Kiên Giang that takes answers."""
    with app.app_context():
        make_survey(db.session, state="collecting")
        db.session.commit()
    return SURVEY


@pytest.fixture
def operator() -> Actor:
    """Somebody who acts."""
    return Actor(None, "tester")


def token_in(page: str) -> str:
    """The CSRF token of a page."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, "the page has no CSRF token"
    return found[1]
