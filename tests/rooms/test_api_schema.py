"""Schemathesis asks a running server whatever the OpenAPI document allows, and much that it does not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import jsonschema_rs
import pytest
from flask import Flask
from pydantic import ValidationError

from survey_app import create_app
from survey_app.api.schemas import FinishedCase
from survey_app.database import db
from survey_app.settings import read_settings
from survey_app.surveys.service import create_survey
from tests.rooms.api_keys import make_key
from tests.servers import RunningServer, flask_environment
from tests.village import make_village, village_definition
from tests.world import TESTER

YOUNG = "lang-2027"
CONFIGURATION = """
hooks = "{hooks}"

[generation]
allow-x00 = false

[parameters]
slug = "{slug}"

[checks]
# What fits the document may still be refused for what it says: an unknown unit, a dossier twice.
positive_data_acceptance.expected-statuses = ["2xx", "400", "401", "403", "404", "409", "413"]
"""

#: Requests name themselves in tests of their own: examples that share a name are rightly told that it is taken.
HOOKS = """
import schemathesis


@schemathesis.hook
def before_load_schema(context, raw_schema):
    for path in raw_schema["paths"].values():
        for operation in path.values():
            if isinstance(operation, dict):
                named = [one for one in operation.get("parameters", []) if one["name"] != "Idempotency-Key"]
                operation["parameters"] = named
"""


@pytest.fixture
def served(prepared_sqlite: Path, tmp_path: Path) -> Iterator[tuple[RunningServer, str]]:
    """A server with a survey that takes answers, one before its draw, and a key for everything."""
    instance = tmp_path / "instance"
    instance.mkdir()
    shutil.copy(prepared_sqlite, instance / "hai-long.sqlite3")
    app = create_app(read_settings({"HAILONG_INSTANCE": str(instance)}))
    with app.app_context():
        make_village(db.session)
        create_survey(db.session, village_definition(slug=YOUNG), actor=TESTER)
        db.session.commit()
        key = make_key(db.session, per_minute=100_000)
        db.session.close()
        db.engine.dispose()
    server = RunningServer(flask_environment(instance), tmp_path / "server.log").wait_until_ready()
    yield server, key
    server.stop()


def examine(server: RunningServer, key: str, folder: Path, slug: str, examples: int) -> None:
    """Run schemathesis with a seed; every complaint fails the test."""
    settings = folder / "schemathesis.toml"
    hooks = folder / "hooks.py"
    hooks.write_text(HOOKS)
    settings.write_text(CONFIGURATION.format(slug=slug, hooks=hooks))
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        "--config-file", str(settings),
        "run", f"{server.url}/api/v1/openapi.json",
        "--header", f"Authorization: Bearer {key}",
        "--seed", "20201120",
        "--max-examples", str(examples),
        "--generation-database", "none",
        "--no-color",
    ]  # fmt: skip
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=1_500, check=False, env=dict(os.environ)
    )
    server.log.with_name("schemathesis.log").write_text(done.stdout)
    assert done.returncode == 0, done.stdout[-12_000:] + done.stderr[-2_000:]
    assert "unexpected error" not in server.logged()
    urllib.request.urlopen(f"{server.url}/api/docs", timeout=5).close()


@pytest.mark.parametrize(
    ("attributes", "fits"),
    [
        ({"lĩnh vực": "Đất đai"}, True),
        ({"lĩnh\u0005vực": "Đất đai"}, False),
        ({"lĩnh\u200bvực": {}}, False),
        ({"": "Đất đai"}, False),
        ({"lĩnh vực": 3}, False),
    ],
    ids=["field", "control character", "hidden character", "no name", "no text"],
)
def test_the_document_and_the_door_agree_on_the_attributes_of_a_dossier(
    attributes: dict[str, object], fits: bool, app: Flask
) -> None:
    document = app.test_client().get("/api/v1/openapi.json").get_json()
    dossier = {"unit": "30760", "reference": "H-1", "attributes": attributes}
    assert jsonschema_rs.is_valid(document["components"]["schemas"]["CaseBatch.FinishedCase"], dossier) is fits
    with nullcontext() if fits else pytest.raises(ValidationError):
        FinishedCase.model_validate(dossier)


def test_the_running_api_keeps_to_its_document(served: tuple[RunningServer, str], tmp_path: Path) -> None:
    examine(*served, tmp_path, "lang-2026", 5)


@pytest.mark.long
@pytest.mark.parametrize("slug", ["lang-2026", YOUNG, "khong-co"])
def test_the_running_api_keeps_to_its_document_in_many_examples(
    slug: str, served: tuple[RunningServer, str], tmp_path: Path
) -> None:
    examine(*served, tmp_path, slug, 100)
