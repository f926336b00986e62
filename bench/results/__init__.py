"""Results at 100,000 responses: one function a part, each with its baseline measured in the same run."""

from __future__ import annotations


def run(*databases: str) -> None:
    """Every part, on SQLite unless told otherwise."""
    from bench.results import crossing
    from bench.results.workspace import measure_workspace

    for database in databases or ("sqlite",):
        measure_workspace(database)
    crossing.run()
