"""What browsers are told so that their pages and files are those of the current build."""

from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from proto_ddf.serving.middleware.current_build import CurrentBuild, build_id

PAGE = '<html><head><meta charset="utf-8"/><meta {}/></head></html>'


async def answer(request: Request) -> PlainTextResponse:
    kept = {"cache-control": "no-store"} if request.url.path == "/kept" else {}
    return PlainTextResponse("words", headers=kept)


def client_for(pages: Path) -> TestClient:
    app = Starlette(routes=[Route("/{path:path}", answer)])
    return TestClient(CurrentBuild(app, pages, ["/api/health"]))


@pytest.mark.parametrize(
    "attributes",
    ['name="build-id" content="abc"', 'content="abc" name="build-id"'],
)
def test_the_id_of_the_build_is_that_in_its_pages(tmp_path: Path, attributes: str) -> None:
    (tmp_path / "index.html").write_text(PAGE.format(attributes))
    assert build_id(tmp_path) == "abc"
    client = client_for(tmp_path)
    assert client.head("/api/health").headers["x-build-id"] == "abc"
    assert "x-build-id" not in client.get("/").headers


def test_pages_without_an_id_name_none(tmp_path: Path) -> None:
    assert build_id(tmp_path) == ""
    (tmp_path / "index.html").write_text(PAGE.format('name="viewport" content="abc"'))
    assert build_id(tmp_path) == ""
    assert "x-build-id" not in client_for(tmp_path).get("/api/health").headers


def test_only_files_whose_name_changes_with_their_content_may_be_kept_unasked(
    tmp_path: Path,
) -> None:
    client = client_for(tmp_path)
    for path in ("/", "/apps", "/browser/main.js", "/proto_ddf.css"):
        assert client.get(path).headers["cache-control"] == "no-cache"
    assert "cache-control" not in client.get("/assets/entry-1a2b.js").headers
    assert client.get("/kept").headers["cache-control"] == "no-store"
