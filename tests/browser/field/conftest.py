"""What the tests of the collector's app share: a network that can be cut, and telephones on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.field.telephone import Telephone
from tests.cutting_proxy import CuttingProxy
from tests.servers import RunningServer


@pytest.fixture
def network(server: RunningServer) -> Iterator[CuttingProxy]:
    """The network between the telephones and the server."""
    proxy = CuttingProxy(server.port)
    yield proxy
    proxy.stop()


@pytest.fixture
def telephone(chromium: Browser, network: CuttingProxy, tmp_path: Path) -> Iterator[Callable[..., Telephone]]:
    """Telephones with folders of their own; no script on them broke."""
    made: list[Telephone] = []

    def telephone(**options: Any) -> Telephone:
        made.append(Telephone(chromium, tmp_path / f"telephone-{len(made)}", network.url, **options))
        return made[-1]

    yield telephone
    for one in made:
        one.close()
    assert [error for one in made for error in one.errors] == []


@pytest.fixture
def device(telephone: Callable[..., Telephone]) -> Telephone:
    """One telephone."""
    return telephone()
