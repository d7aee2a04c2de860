"""Fixtures and hooks for all tests. Each test has its own home folder, never the developer's."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings
from xdist.scheduler.loadscope import LoadScopeScheduling

from proto_ddf.db import engine
from proto_ddf.settings import get_settings
from tests.homes import close_databases

pytest_plugins = ["tests.servers.fixtures"]

# On a loaded machine an example may be slow, which is no failure.
hypothesis_settings.register_profile("patient", deadline=None)
hypothesis_settings.load_profile("patient")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A new, prepared home folder that the settings point to."""
    folder = tmp_path / "home"
    monkeypatch.setenv("PROTO_DDF_HOME", str(folder))
    get_settings.cache_clear()
    get_settings().prepare_home()
    yield folder
    get_settings.cache_clear()


@pytest.fixture(scope="session")
def _migrated_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("migrated")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PROTO_DDF_HOME", str(folder))
        get_settings.cache_clear()
        engine.migrate()
        path = get_settings().database_path
    get_settings.cache_clear()
    return path


@pytest.fixture
def migrated_home(_migrated_database: Path, home: Path) -> Iterator[Path]:
    """The home folder with Proto-DDF's own database. The database is a copy, because migrating takes ten times as
    long."""
    shutil.copy(_migrated_database, home)
    yield home
    close_databases()


@pytest.fixture(scope="session", autouse=True)
def _no_developer_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A test that forgets the `home` fixture writes to a temporary folder."""
    os.environ["PROTO_DDF_HOME"] = str(tmp_path_factory.mktemp("default-home"))
    get_settings.cache_clear()
    yield
    os.environ.pop("PROTO_DDF_HOME", None)
    get_settings.cache_clear()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Run browser tests last: Playwright keeps an event loop running in this thread from its first test on, and
    tests that need their own event loop cannot run beside it. Workers take groups in this order, so that each of them
    takes its last group without a browser before its first one with a browser, and no long group is left to the end."""
    items.sort(key=lambda item: _position(group_of(item.nodeid)))


def _position(group: str) -> int:
    return GROUPS.index(group) if group in GROUPS else len(GROUPS)


class ByGroup(LoadScopeScheduling):
    """A worker takes a whole group of tests at a time, in the order they were collected."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByGroup | None:
    """None, so that xdist uses its own scheduler, if --dist asks for another distribution."""
    return ByGroup(config, log) if config.getoption("dist") == "load" else None


GROUPS = (
    "tests/integration/generated",
    "tests/integration/sources",
    "tests/integration/hosting",
    "tests/integration/operations",
    "tests/integration",
    "tests/unit",
    "tests/browser/generated",
    "tests/browser/test_failures.py",
    "tests/browser/test_crashes.py",
    "tests/browser/test_injection.py",
    "tests/browser/test_resilience_page.py",
    "tests/browser/test_together.py",
)
"""Tests that share what is costly to set up, and the longest modules of browser tests. Each other module of browser
tests is a group of its own."""


def group_of(nodeid: str) -> str:
    path = nodeid.partition("::")[0]
    return next((group for group in GROUPS if path.startswith(f"{group}/")), path)


_exit_status = 0


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    global _exit_status
    _exit_status = int(exitstatus)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """If both DuckDB and Hypothesis were used, end the process without the interpreter's shutdown: DuckDB's binding
    then prints many lines about leaked references after pytest's summary."""
    if "duckdb" in sys.modules and "hypothesis" in sys.modules:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(_exit_status)
