"""A small application with languages and sessions, and the questionnaires the tests read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import Babel

from survey_app.instruments.loader import load_file
from survey_app.instruments.schema import Instrument

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "tests" / "questionnaires"


@pytest.fixture(scope="session")
def app() -> Flask:
    application = Flask("instruments-test")
    application.secret_key = "not secret"
    Babel(application, default_locale="vi")
    return application


@pytest.fixture
def page(app: Flask) -> Iterator[Flask]:
    """A request in which CSRF is not the subject."""
    app.config["WTF_CSRF_ENABLED"] = False
    with app.test_request_context("/", method="POST"):
        yield app
    app.config["WTF_CSRF_ENABLED"] = True


@pytest.fixture(scope="session")
def sipas() -> Instrument:
    return load_file(ROOT / "questionnaires" / "sipas-commune.yaml")


@pytest.fixture(scope="session")
def types() -> Instrument:
    return load_file(EXAMPLES / "item_types.yaml")


@pytest.fixture(scope="session")
def routes() -> Instrument:
    return load_file(EXAMPLES / "show_if_operators.yaml")
