"""A separate home folder for each module, and a small app that is built once and can be started."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from proto_ddf.generator.spec import AppSpec
from proto_ddf.hosting import apps
from proto_ddf.hosting.builds import frontend
from proto_ddf.hosting.launch import folder
from proto_ddf.hosting.ports import PORT_REGISTRY
from proto_ddf.progress import NoProgress
from proto_ddf.settings import Settings
from tests.homes import opened_home
from tests.integration.hosting.own_server import Server
from tests.ports import free_ports, port_range

TINY = Path(__file__).with_name("tiny_app")
SLUG = "tiny_app"


@pytest.fixture(scope="module")
def hosting_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PROTO_DDF_HOME", str(tmp_path_factory.mktemp("hosting")))
        for name, value in port_range(free_ports(10)).items():
            patch.setenv(name, value)
        with opened_home() as settings:
            yield settings


@pytest.fixture(scope="module")
def built_app(hosting_home: Settings) -> Iterator[str]:
    """The slug of the small app, built and registered, not running."""
    shutil.copytree(TINY, folder(SLUG))
    spec = AppSpec(name="Tiny app", slug=SLUG, tables=[], imported=True)
    apps.create_app(spec, None, "operation")
    apps.set_ports(SLUG, PORT_REGISTRY.reserve_pair(SLUG))
    frontend.install(folder(SLUG), NoProgress())
    frontend.build(folder(SLUG), NoProgress())
    yield SLUG
    apps.remove_app(SLUG)


@pytest.fixture
def app(built_app: str) -> Iterator[str]:
    """The small app: stopped before and after the test, and without the files that make it fail."""
    yield built_app
    apps.stop_app(built_app)
    for name in ("break_import", "with_child", "short_limit", "freeze"):
        (folder(built_app) / name).unlink(missing_ok=True)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path / "home")
    yield server
    server.clean_up()
