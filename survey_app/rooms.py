"""The rooms' routes and commands, hung into the application."""

from __future__ import annotations

from flask import Flask


def init_rooms(app: Flask) -> None:
    """Register every blueprint and command group."""
    _hang_views(app)
    _hang_commands(app)


def _hang_views(app: Flask) -> None:
    from survey_app import landing
    from survey_app.accounts import geography_views, job_views, trail_views
    from survey_app.accounts import views as accounts_views
    from survey_app.api import batch_views, key_views, reading_views, response_views, specification  # noqa: F401  routes of api
    from survey_app.api import blueprint as api
    from survey_app.api.openrosa import views as openrosa_views
    from survey_app.collection import (
        counter_views,
        field_views,  # noqa: F401  routes of collection
        import_views,
        respondent_views,
    )
    from survey_app.collection import views as collection_views
    from survey_app.collection.call_backs import views as call_backs_views
    from survey_app.collection.field_app import views as field_app_views
    from survey_app.collection.first_views import init_first_views
    from survey_app.collection.kiosk import office_views as kiosk_office_views
    from survey_app.collection.kiosk import offline_views, sending  # noqa: F401  routes of the kiosk
    from survey_app.collection.kiosk import views as kiosk_views
    from survey_app.collection.links import views as links_views
    from survey_app.collection.paper import batch_views as paper_batch_views
    from survey_app.collection.paper import entry_views as paper_entry_views
    from survey_app.collection.paper import forgetting  # noqa: F401  what closing and the hours do
    from survey_app.collection.paper import scan_views as paper_scan_views
    from survey_app.collection.quality import views as quality_views
    from survey_app.collection.quotas import views as quotas_views
    from survey_app.collection.sync import views as sync_views
    from survey_app.instruments import editing_views, preview_views
    from survey_app.instruments import views as instruments_views
    from survey_app.publication import public_views
    from survey_app.publication import views as publication_views
    from survey_app.publication.data import views as open_data_views
    from survey_app.publication.documents import views as document_views
    from survey_app.results import factor_views  # noqa: F401  routes of results
    from survey_app.results import views as results_views
    from survey_app.results.change import views as change_views
    from survey_app.results.counts import views as counts_views
    from survey_app.results.crossing import page_views  # noqa: F401  routes of crossing
    from survey_app.results.crossing import views as crossing_views
    from survey_app.results.opinions import views as opinions_views
    from survey_app.results.weighting import views as weighting_views
    from survey_app.sampling import views as sampling_views
    from survey_app.sampling.calculator import views as calculator_views
    from survey_app.sampling.listing import column_views as listing_column_views
    from survey_app.sampling.listing import views as listing_views
    from survey_app.sampling.work import case_views, holder_views, office_views
    from survey_app.sampling.work import views as work_views
    from survey_app.surveys import views as surveys_views

    for room in (
        landing,
        job_views,
        trail_views,
        geography_views,
        accounts_views,
        instruments_views,
        preview_views,
        editing_views,
        surveys_views,
        listing_views,
        listing_column_views,
        sampling_views,
        work_views,
        case_views,
        holder_views,
        office_views,
        calculator_views,
        respondent_views,
        counter_views,
        kiosk_views,
        kiosk_office_views,
        links_views,
        field_app_views,
        collection_views,
        quotas_views,
        quality_views,
        call_backs_views,
        sync_views,
        paper_batch_views,
        paper_entry_views,
        paper_scan_views,
        import_views,
        results_views,
        crossing_views,
        counts_views,
        change_views,
        opinions_views,
        weighting_views,
        open_data_views,
        publication_views,
        document_views,
        public_views,
        key_views,
        api,
        specification,
        openrosa_views,
    ):
        app.register_blueprint(room.blueprint)
    init_first_views(app)


def _hang_commands(app: Flask) -> None:
    from survey_app import demonstration, serving, setup
    from survey_app.accounts import cli as accounts_cli
    from survey_app.accounts import geography_cli
    from survey_app.api import cli as api_cli
    from survey_app.collection import cli as collection_cli
    from survey_app.collection.call_backs import cli as call_backs_cli
    from survey_app.collection.field_app import cli as _field_app_cli  # noqa: F401  a command of `held`
    from survey_app.collection.kiosk import cli as kiosk_cli
    from survey_app.collection.kiosk import import_cli  # noqa: F401  a command of `response`
    from survey_app.collection.links import cli as links_cli
    from survey_app.collection.paper import cli as paper_cli
    from survey_app.collection.quality import cli as quality_cli
    from survey_app.collection.quotas import cli as quotas_cli
    from survey_app.collection.sync import cli as sync_cli
    from survey_app.collection.watch import cli as watch_cli
    from survey_app.instruments import cli as instruments_cli
    from survey_app.jobs import cli as jobs_cli
    from survey_app.publication import cli as publication_cli
    from survey_app.publication.data import cli as open_data_cli
    from survey_app.publication.documents import cli as documents_cli
    from survey_app.results import cli as results_cli
    from survey_app.results.change import cli as change_cli  # noqa: F401  a command of `results`
    from survey_app.results.counts import cli as counts_cli  # noqa: F401  commands of `results`
    from survey_app.results.crossing import cli as _crossing_cli  # noqa: F401  commands of `results`
    from survey_app.results.opinions import cli as opinions_cli  # noqa: F401  commands of `results`
    from survey_app.results.weighting import cli as weighting_cli
    from survey_app.sampling import cli as sampling_cli
    from survey_app.sampling.calculator import cli  # noqa: F401  a command of `sample`
    from survey_app.sampling.listing import cli as listing_cli
    from survey_app.sampling.work import case_cli, office_cli  # noqa: F401  commands of `work`
    from survey_app.sampling.work import cli as work_cli
    from survey_app.surveys import cli as surveys_cli

    for group in (
        geography_cli.group,
        instruments_cli.group,
        surveys_cli.group,
        listing_cli.group,
        sampling_cli.group,
        work_cli.group,
        collection_cli.group,
        links_cli.invitations,
        sync_cli.group,
        watch_cli.group,
        quotas_cli.group,
        quality_cli.group,
        call_backs_cli.group,
        kiosk_cli.group,
        paper_cli.group,
        results_cli.group,
        weighting_cli.group,
        publication_cli.group,
        documents_cli.group,
        open_data_cli.group,
        accounts_cli.group,
        api_cli.group,
        jobs_cli.group,
    ):
        app.cli.add_command(group)
    for command in (
        links_cli.poster_command,
        setup.init_command,
        demonstration.demonstration_command,
        serving.serve_command,
        serving.start_command,
    ):
        app.cli.add_command(command)
