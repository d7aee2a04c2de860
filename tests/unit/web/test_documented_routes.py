"""docs/openapi.yaml has every HTTP route. That the routes answer as it says is tested in
tests/integration/serving/test_http_routes.py."""

import yaml
from starlette.routing import Route

from proto_ddf.settings import PROJECT_ROOT
from proto_ddf.web.api import create_api

OF_THE_APP = {"/api/outbox"}
"""Routes that need Reflex's app, and so are added by the composition root."""


def test_every_route_is_documented_with_its_methods() -> None:
    document = yaml.safe_load((PROJECT_ROOT / "docs" / "openapi.yaml").read_text("utf-8"))
    described = {
        (path, method.upper())
        for path, methods in document["paths"].items()
        for method in methods
        if path not in OF_THE_APP
    }
    routes = [each for each in create_api().routes if isinstance(each, Route)]
    served = {(each.path, method) for each in routes for method in each.methods or ()}
    # Starlette adds HEAD to every GET.
    assert {each for each in served if each[1] != "HEAD"} == {
        each for each in described if each[1] != "HEAD"
    }
    assert described <= served
