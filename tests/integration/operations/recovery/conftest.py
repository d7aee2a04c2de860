"""A running app whose builds are simulated, as for regenerating; everything else of a repair is real."""

import shutil
from pathlib import Path

import pytest

from proto_ddf.db.tables import AppState
from proto_ddf.hosting import apps as hosted
from proto_ddf.hosting import records
from proto_ddf.hosting.launch import folder
from proto_ddf.progress import NoProgress
from tests.integration.operations.kinds.conftest import (  # noqa: F401 - fixtures
    _all_kinds,
    ended,
    people,
    people_file,
    shop,
    shop_file,
)
from tests.integration.operations.kinds.regenerate.conftest import (  # noqa: F401 - fixtures
    builds,
    running,
)
from tests.integration.operations.kinds.regenerate.driving import SLUG
from tests.integration.operations.recovery.driving import crashed
from tests.integration.operations.recovery.toolchain import Toolchain


@pytest.fixture
def toolchain(builds: object, monkeypatch: pytest.MonkeyPatch) -> Toolchain:  # noqa: F811
    simulated = Toolchain()
    simulated.put_in_place(monkeypatch.setattr)
    return simulated


@pytest.fixture
def app(toolchain: Toolchain, workshop: object, people: object, running: object) -> Path:  # noqa: F811
    """The folder of an app with rows of its own, which is built and does not run."""
    running(people, start=False)  # type: ignore[operator]
    place = folder(SLUG)
    shutil.rmtree(place / ".web")
    toolchain.install(place, NoProgress())
    toolchain.build(place, NoProgress())
    toolchain.calls.clear()
    return place


@pytest.fixture
def given_up(app: Path) -> Path:
    """The folder of an app that ran well and was given up since."""
    hosted.start_app(SLUG)
    hosted.check_app(SLUG)
    hosted.stop_app(SLUG)
    records.change(SLUG, state=AppState.FAILED)
    crashed(SLUG)
    return app
