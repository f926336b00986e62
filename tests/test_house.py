"""The house as DESIGN.md draws it: doors, files, pages and tables."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, inspect, text

from survey_app import create_app
from survey_app.accounts.guards import PUBLIC_ENDPOINTS, is_guarded
from survey_app.database import Base, alembic, db, migrate
from survey_app.settings import read_settings

ROOT = Path(__file__).parent.parent
SOURCES = [path for folder in ("survey_app", "analysis") for path in (ROOT / folder).rglob("*.py")]
TEMPLATES = sorted((ROOT / "survey_app" / "templates").rglob("*.html"))

#: Everything that somebody without an account may ask for.
PUBLIC = {
    "static",
    "security.login",
    "security.logout",
    "landing.landing",
    "landing.privacy",
    "public_results.results",
    "public_results.result",
    "public_results.file",
    "public_results.version",
    "public_results.version_file",
    "public_results.compare",
    "public_results.sitemap",
    "public_results.robots",
    "respond.open_surveys",
    "respond.start",
    "respond.start_with_token",
    "respond.section",
    "respond.thanks",
    "kiosk.start",
    "kiosk.pair",
    "kiosk.begin",
    "kiosk.end",
    "kiosk.alive",
    "kiosk.staff",
    "kiosk.send",
    "field_app.worker",
    "field_app.manifest",
    "kiosk.offline",
    "kiosk.worker",
    "kiosk.bundle",
    "api_docs.openapi",
    "api_docs.docs",
    "api_docs.problem_page",
}
#: Libraries' routes that we do not use; the house keeps them shut.
SHUT = {"security.verify"}


@pytest.fixture(scope="module")
def bare_app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application without a database, for looking at its routes."""
    return create_app(read_settings({"HAILONG_INSTANCE": str(tmp_path_factory.mktemp("bare"))}))


def test_every_door_is_guarded_or_public_on_purpose(bare_app: Flask) -> None:
    views = bare_app.view_functions
    public = {name for name in views if name in PUBLIC_ENDPOINTS or getattr(views[name], "guard", "") == "public"}
    assert public == PUBLIC
    assert {name for name in views if not is_guarded(bare_app, name)} == SHUT
    for name in SHUT:
        for rule in bare_app.url_map.iter_rules(name):
            for method in rule.methods & {"GET", "POST"}:
                assert bare_app.test_client().open(str(rule), method=method).status_code == 404, rule


def test_a_new_door_without_a_guard_stays_shut(tmp_path: Path) -> None:
    app = create_app(read_settings({"HAILONG_INSTANCE": str(tmp_path)}))
    app.add_url_rule("/cua-moi", "new", lambda: "open")
    assert app.test_client().get("/cua-moi").status_code == 404


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in [*SOURCES, *TEMPLATES]}
    assert {path: length for path, length in lengths.items() if length > 400} == {}


def test_no_drawer_is_named_after_nothing() -> None:
    names = {part for path in SOURCES for part in path.relative_to(ROOT).with_suffix("").parts}
    assert names & {"utils", "util", "helpers", "helper", "common", "core", "misc", "shared", "lib"} == set()


#: A description for search engines; browsers run no block of this type and the content policy does not speak of it.
DATA_BLOCK = '<script type="application/ld+json">'


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "survey_app" / "templates")))
def test_a_template_has_no_style_no_script_and_nothing_from_another_host(path: Path) -> None:
    source = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.S)
    assert not re.search(r"\sstyle\s*=", source)
    assert not re.search(r"<style\b", source)
    scripts = [tag for tag in re.findall(r"<script\b[^>]*>", source) if tag != DATA_BLOCK]
    assert all("src=" in tag for tag in scripts)
    assert not re.search(r"""\son[a-z]+=["']""", source)
    assert not re.search(r"""(src|href|action|srcset|poster)\s*=\s*["']?\s*(https?:)?//""", source)
    assert "|safe" not in source.replace(" ", "")
    assert "autoescape" not in source


def test_no_stylesheet_or_script_of_ours_loads_from_another_host() -> None:
    for path in (ROOT / "survey_app" / "static").rglob("*"):
        if path.suffix in (".css", ".js"):
            source = path.read_text()
            assert not re.search(r"""(url\(|@import|import\s|fetch\()\s*["']?\s*(https?:)?//""", source), path


def test_every_answer_carries_the_security_headers(bare_app: Flask) -> None:
    client = bare_app.test_client()
    for method, address in (
        ("GET", "/du-lieu-ca-nhan"),
        ("GET", "/dang-nhap"),
        ("GET", "/khong-co"),
        ("GET", "/quan-ly"),
        ("GET", "/static/css/public.css"),
        ("GET", "/s/%00"),
        ("POST", "/quan-ly"),
        ("POST", "/dang-xuat"),
        ("GET", "/s/"),  # breaks without its database
    ):
        headers = client.open(address, method=method).headers
        policy = dict(rule.split(" ", 1) for rule in headers["Content-Security-Policy"].split("; "))
        assert policy["default-src"] == "'none'", address
        assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert not re.search(r"https?:|\*", headers["Content-Security-Policy"])
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["X-Frame-Options"] == "DENY"
        assert ("no-store" in headers["Cache-Control"]) == (not address.startswith("/static")), address


def test_cookies_are_out_of_reach_of_scripts_and_in_production_only_sent_over_https(tmp_path: Path) -> None:
    environ = {"HAILONG_INSTANCE": str(tmp_path), "HAILONG_SECRET_KEY": "x" * 40}
    for secure, mode in ((True, "production"), (False, "development")):
        app = create_app(read_settings({**environ, "HAILONG_ENV": mode}))
        cookie = app.test_client().get("/dang-nhap").headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert ("Secure" in cookie) == secure


def schema(url: str) -> dict[str, Any]:
    """Tables with their columns, triggers and indexes, as the database tells them."""
    engine = create_engine(url)
    with engine.connect() as connection:
        tables = {
            name: sorted(column["name"] for column in inspect(connection).get_columns(name))
            for name in inspect(connection).get_table_names()
        }
        if url.startswith("sqlite"):
            listed = (
                "SELECT name FROM sqlite_master WHERE type = 'trigger'",
                "SELECT name FROM sqlite_master WHERE type = 'index'",
            )
        else:
            listed = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal", "SELECT indexname FROM pg_indexes"
        triggers, indexes = ({row[0] for row in connection.execute(text(query))} for query in listed)
    engine.dispose()
    return {"tables": tables, "triggers": triggers, "indexes": indexes}


def test_migrations_run_down_to_nothing_and_up_to_the_same(app: Flask, environment: dict[str, str]) -> None:
    url = read_settings(environment).database_url
    full = schema(url)
    assert full["triggers"]
    with app.app_context():
        migrate(down_to="base")
        db.engine.dispose()
        assert set(schema(url)["tables"]) <= {"alembic_version"}
        assert schema(url)["triggers"] == set()
        migrate()
        migrate()
        db.engine.dispose()
    assert schema(url) == full


def test_the_migrated_database_is_what_the_models_say(app: Flask, environment: dict[str, str]) -> None:
    with app.app_context():
        assert list(alembic.compare_metadata()) == []
    wanted = {index.name for table in Base.metadata.tables.values() for index in table.indexes}
    found = schema(read_settings(environment).database_url)
    assert wanted - found["indexes"] == set()  # SQLite cannot compare indexes on expressions by itself
    tables = found["tables"]
    assert set(tables) - {"alembic_version"} == set(Base.metadata.tables)


def test_migrations_are_numbered_in_one_line(bare_app: Flask) -> None:
    files = sorted(path.name[:4] for path in (ROOT / "migrations").glob("[0-9]*.py"))
    assert files == [f"{number:04d}" for number in range(1, len(files) + 1)]
    with bare_app.app_context():
        assert [script.revision for script in alembic.heads()] == [files[-1]]


def test_the_landing_page_and_its_four_doors_open_for_everyone(client: FlaskClient) -> None:
    assert client.get("/").status_code == 200
    for address in ("/s/", "/ket-qua/", "/du-lieu-ca-nhan", "/dang-nhap"):
        assert client.get(address, follow_redirects=True).status_code == 200, address
    for address in ("/thu-phieu", "/quan-ly"):
        assert "/dang-nhap" in client.get(address).headers["Location"]
