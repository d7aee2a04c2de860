"""Fixtures and hooks for all tests. Each test has its own home folder, never the developer's."""

import gc
import os
import shutil
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings
from xdist.scheduler.loadscope import LoadScopeScheduling
from xdist.workermanage import WorkerController

from proto_ddf.db import engine
from proto_ddf.monitoring import intake
from proto_ddf.settings import get_settings
from tests.homes import close_databases, close_tables

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
    close_tables(folder)
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


@pytest.fixture(autouse=True)
def _no_reports_left() -> Iterator[None]:
    """What a test reported and did not wait for is not stored by a later one."""
    yield
    intake.close(0)


@pytest.fixture(scope="session", autouse=True)
def _no_developer_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A test that forgets the `home` fixture writes to a temporary folder."""
    os.environ["PROTO_DDF_HOME"] = str(tmp_path_factory.mktemp("default-home"))
    get_settings.cache_clear()
    yield
    os.environ.pop("PROTO_DDF_HOME", None)
    get_settings.cache_clear()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect no garbage while tests are collected, and later only among what the tests make: the modules stay, and
    looking through all of them again and again takes seconds."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Order the tests by group, those with a browser last: Playwright keeps an event loop running in this thread from
    its first test on, and tests that need their own event loop cannot run after it.

    A failed test with real servers or a browser is run once more, since it depends on what else the machine does. It is
    listed as RERUN, with how it failed first: a test that is listed again and again has a race to be found."""
    items.sort(key=lambda item: _position(group_of(item.nodeid)))
    for item in items:
        if not item.nodeid.startswith("tests/unit/"):
            item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    for report in terminalreporter.stats.get("rerun", []):
        terminalreporter.section(f"First run of {report.nodeid}", sep="_")
        terminalreporter.write_line(report.longreprtext)


def _position(group: str) -> int:
    return GROUPS.index(group) if group in GROUPS else len(GROUPS)


class ByGroup(LoadScopeScheduling):
    """A worker takes a whole group of tests at a time, in their order.

    The second worker takes groups with a browser from the start, since those compute while many others wait. The other
    workers take them once no group without a browser is left."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)

    def _assign_work_unit(self, node: WorkerController) -> None:
        has_browser = self.nodes.index(node) == 1
        group = next((each for each in self.workqueue if needs_browser(each) == has_browser), None)
        if group is None and has_browser:
            node.shutdown()
            return
        if group is not None:
            self.workqueue.move_to_end(group, last=False)
        super()._assign_work_unit(node)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByGroup | None:
    """None, so that xdist uses its own scheduler, if --dist asks for another distribution."""
    return ByGroup(config, log) if config.getoption("dist") == "load" else None


GROUPS = (
    "tests/integration/hosting",
    "tests/integration/serving",
    "tests/integration/operations",
    "tests/integration/generated/every_type",
    "tests/integration/generated",
    "tests/integration/sources",
    "tests/integration",
    "tests/unit/errors",
    "tests/unit/resilience",
    "tests/unit/monitoring",
    "tests/unit",
    "tests/browser/generated",
    "tests/browser/test_recovery.py",
    "tests/browser/test_failures.py",
    "tests/browser/test_crashes.py",
    "tests/browser/test_injection.py",
    "tests/browser/test_resilience_page.py",
    "tests/browser/test_together.py",
    "tests/browser/test_form_errors.py",
    "tests/browser/test_storage.py",
)
"""Tests that share what is costly to set up, and the longest modules of browser tests. Each other module of browser
tests is a group of its own."""


def needs_browser(group: str) -> bool:
    return group.startswith("tests/browser/")


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
