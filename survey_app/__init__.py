"""Hài Lòng: a province asks how satisfied people are with public services, computes the answer, and publishes it."""

from __future__ import annotations

from flask import Flask

from survey_app.settings import ROOT, Settings, read_settings


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application from settings (default: the environment)."""
    settings = settings or read_settings()
    app = Flask(__name__, instance_path=str(settings.instance), static_folder="static")
    app.config.update(
        SECRET_KEY=settings.secret_key,
        CONTACT_KEY=settings.contact_key,
        INSTANCE=str(settings.instance),
        PROXIES=settings.proxies,
        PRODUCTION=settings.production,
        SEND_FILE_MAX_AGE_DEFAULT=3600,
    )
    from survey_app import logs, pages
    from survey_app.accounts.guards import init_guards
    from survey_app.accounts.sign_in import init_sign_in
    from survey_app.api.problems import init_problems
    from survey_app.compression import init_compression
    from survey_app.database import init_database
    from survey_app.i18n import init_i18n
    from survey_app.rooms import init_rooms
    from survey_app.security import init_security

    logs.init_logs(production=settings.production)
    init_compression(app)
    init_security(app, production=settings.production)
    init_database(app, settings)
    init_i18n(app)
    init_guards(app)
    init_sign_in(app)
    init_rooms(app)
    pages.init_pages(app)
    init_problems(app)
    return app


__all__ = ["ROOT", "create_app"]
