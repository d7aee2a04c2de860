"""The upload and download routes, driven as ASGI."""

import asyncio
import errno
import io
import sqlite3
import zipfile
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from proto_ddf.monitoring.reports.error_reporting import ErrorReporting
from proto_ddf.monitoring.reports.options import ReportOptions
from proto_ddf.settings import Settings, get_settings
from proto_ddf.web import api

MEGABYTE = 1_000_000


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    monkeypatch.setenv("PROTO_DDF_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MAX_UPLOAD_MB", "1")
    get_settings.cache_clear()
    get_settings().prepare_home()
    yield get_settings()
    get_settings.cache_clear()


def call(method: str, url: str, **kwargs: Any) -> httpx.Response:
    async def run() -> httpx.Response:
        transport = httpx.ASGITransport(app=api.create_api())
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.request(method, url, **kwargs)

    return asyncio.run(run())


def stored(settings: Settings) -> list[Path]:
    """The content of the uploads folder with empty folders, without the caches of readers."""
    found = settings.uploads_folder.rglob("[!.]*")
    return [path for path in found if path.is_file() or not any(path.iterdir())]


async def pieces(*sizes: int) -> AsyncIterator[bytes]:
    for size in sizes:
        yield b"x" * size


def test_an_upload_is_stored_under_its_name(settings: Settings) -> None:
    content = b"id,name\n1,Ada\n" * 50_000
    answer = call("POST", "/api/uploads?name=people.csv", content=content)

    assert answer.status_code == 201
    path = Path(answer.json()["path"])
    assert path.read_bytes() == content
    assert path.is_relative_to(settings.uploads_folder)
    assert answer.json()["size"] == len(content)
    assert stored(settings) == [path]


def test_two_uploads_of_one_name_do_not_overwrite_each_other(settings: Settings) -> None:
    first = call("POST", "/api/uploads?name=people.csv", content=b"id\n1\n").json()
    second = call("POST", "/api/uploads?name=people.csv", content=b"id\n2\n").json()

    assert first["path"] != second["path"]
    assert Path(first["path"]).read_bytes() == b"id\n1\n"
    assert Path(second["path"]).read_bytes() == b"id\n2\n"


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "/etc/passwd", "..", "a/../../b.csv", "c:\\temp\\x.csv", "x\x00.csv"],
)
def test_a_name_cannot_lead_out_of_the_uploads_folder(settings: Settings, name: str) -> None:
    before = set(settings.home.parent.rglob("*"))
    call("POST", "/api/uploads", params={"name": name}, content=b"id\n1\n")

    added = set(settings.home.parent.rglob("*")) - before
    assert all(path.is_relative_to(settings.uploads_folder) for path in added)


def test_an_announced_size_over_the_limit_is_refused(settings: Settings) -> None:
    answer = call(
        "POST",
        "/api/uploads?name=big.csv",
        content=b"x",
        headers={"content-length": str(MEGABYTE + 1)},
    )

    assert answer.status_code == 413
    assert answer.json()["code"] == "file_too_large"
    assert "1 MB" in answer.json()["message"]
    assert stored(settings) == []


def test_a_body_that_grows_over_the_limit_is_refused_and_leaves_nothing(settings: Settings) -> None:
    answer = call("POST", "/api/uploads?name=big.csv", content=pieces(MEGABYTE, 1))

    assert answer.status_code == 413
    assert answer.json()["code"] == "file_too_large"
    assert stored(settings) == []


def test_a_body_of_exactly_the_limit_is_accepted(settings: Settings) -> None:
    answer = call("POST", "/api/uploads?name=big.csv", content=pieces(MEGABYTE - 1, 1))

    assert answer.status_code == 201
    assert answer.json()["size"] == MEGABYTE


def test_a_full_disk_is_reported_and_leaves_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    class FullDisk(io.BytesIO):
        def write(self, data: Any) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    def open_on_full_disk(self: Path, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        if "x" not in mode:
            return real_open(self, mode, *args, **kwargs)
        self.touch()
        return FullDisk()

    real_open = Path.open
    monkeypatch.setattr(Path, "open", open_on_full_disk)
    answer = call("POST", "/api/uploads?name=people.csv", content=b"id\n1\n")

    assert answer.status_code == 507
    assert answer.json()["code"] == "disk_space_low"
    assert stored(settings) == []


def test_a_cancelled_upload_leaves_nothing(settings: Settings) -> None:
    messages = iter(
        [
            {"type": "http.request", "body": b"x" * 1000, "more_body": True},
            {"type": "http.disconnect"},
        ]
    )

    async def receive() -> Any:
        return next(messages)

    async def send(message: Any) -> None:
        return None

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/uploads",
        "raw_path": b"/api/uploads",
        "query_string": b"name=people.csv",
        "headers": [],
        "http_version": "1.1",
    }
    asyncio.run(api.create_api()(scope, receive, send))

    assert stored(settings) == []


def test_a_download_is_a_zip_named_after_the_app(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = settings.apps_folder / "my_shop"
    folder.mkdir()
    (folder / "README.md").write_text("# My shop\n")
    monkeypatch.setattr(api.apps, "get_app", lambda slug: object() if slug == "my_shop" else None)
    data = tmp_path / "source.db"
    with closing(sqlite3.connect(data)) as connection:
        connection.execute("CREATE TABLE things (n INTEGER)")
    monkeypatch.setattr(api.apps, "app_database", lambda slug: data)

    answer = call("GET", "/api/apps/my_shop/download")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    assert 'filename="my_shop.zip"' in answer.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert any(name.endswith("README.md") for name in archive.namelist())
        assert "my_shop/data/app.db" in archive.namelist()


def test_a_download_of_an_unknown_app_is_not_found(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api.apps, "get_app", lambda slug: None)

    assert call("GET", "/api/apps/nothing/download").status_code == 404


def test_a_report_is_sent_as_an_attachment_that_may_run_nothing(migrated_home: Path) -> None:
    made = ErrorReporting().generate_report(ReportOptions())

    answer = call("GET", f"/api/reports/{made.id}")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-disposition"] == f'attachment; filename="report-{made.id}.html"'
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert len(answer.content) == made.size


@pytest.mark.parametrize("report_id", ["unknown", "..%2F..%2Fproto_ddf.db", "%2e%2e", "one%00"])
def test_an_unknown_report_is_not_found(migrated_home: Path, report_id: str) -> None:
    assert call("GET", f"/api/reports/{report_id}").status_code == 404


def test_a_report_whose_file_is_gone_is_not_found(migrated_home: Path) -> None:
    made = ErrorReporting().generate_report(ReportOptions(format="json"))
    (migrated_home / "reports" / f"{made.id}.json").unlink()
    assert call("GET", f"/api/reports/{made.id}").status_code == 404
