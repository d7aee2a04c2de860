"""Saving a new row in a generated app, which works on its own SQLite file."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from playwright.sync_api import Page, expect

from benchmarks.faults.pages.action import PageAction
from benchmarks.faults.pages.chromium import Pages
from proto_ddf.generator.code.render import render_app
from proto_ddf.generator.planning.plan import plan_app
from proto_ddf.hosting.builds.frontend import build, install
from proto_ddf.progress import NoProgress
from proto_ddf.sources.sqlite.source import SqliteSource
from tests.browser.generated.conftest import serve
from tests.ports import HOST, free_port
from tests.servers.tcp_proxy import TcpProxy


class SaveRow(PageAction):
    name = "save a row"
    press = "document.querySelector('form[data-form] [type=submit]').click()"
    shown = "[...document.querySelectorAll('dd, h1')].some((each) => each.textContent === mark)"
    _proxy: TcpProxy

    @classmethod
    @contextmanager
    def opened(cls, pages: Pages) -> Iterator[Self]:
        with TemporaryDirectory() as folder:
            built = _built(pages.database, Path(folder) / "notes")
            port = free_port()
            with TcpProxy(port) as proxy:
                hosts = f"{HOST}:{proxy.port}"
                with serve(built, pages.database, port, ALLOWED_HOSTS=hosts):
                    action = cls(pages)
                    action._proxy = proxy
                    yield action

    @property
    def proxy(self) -> TcpProxy:
        return self._proxy

    def fill(self, page: Page, mark: str) -> None:
        page.goto(f"http://{HOST}:{self._proxy.port}/notes/new")
        expect(page.get_by_role("button", name="Save")).to_be_enabled()
        page.get_by_label("Title").fill(mark)

    def effects(self, page: Page, mark: str) -> int:
        with closing(sqlite3.connect(self.pages.database)) as opened:
            query = "SELECT count(*) FROM notes WHERE title = ?"
            return int(opened.execute(query, [mark]).fetchone()[0])


def _built(database: Path, folder: Path) -> Path:
    source = SqliteSource(database)
    schema = source.read_schema()
    spec = plan_app(
        schema, name="Notes", description="", allow_editing=True, imported=False, source=source
    )
    render_app(spec, folder)
    install(folder, NoProgress())
    build(folder, NoProgress())
    return folder
