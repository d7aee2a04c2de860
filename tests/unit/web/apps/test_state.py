"""The states of the apps' pages: the actions on an app, and following apps while a page is open."""

import asyncio
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from proto_ddf import errors
from proto_ddf.db.tables import AppState as Condition
from proto_ddf.errors import describe
from proto_ddf.hosting.records import AppView
from proto_ddf.operations.kinds.apps import AppInput
from proto_ddf.operations.views import OperationView
from proto_ddf.web.apps import state as apps_state
from proto_ddf.web.apps.state import AppsState, AppState
from proto_ddf.web.shared.state import live
from tests.unit.web.retries import press_try_again
from tests.unit.web.states import run, state_of


def names(events: list[Any]) -> list[str]:
    return [getattr(event, "handler", event).fn.__name__ for event in events]


def app(slug: str = "shop", **values: Any) -> AppView:
    given: dict[str, Any] = {
        "slug": slug,
        "name": slug.title(),
        "description": "",
        "source_id": None,
        "state": Condition.RUNNING,
        "address": "http://127.0.0.1:3100",
        "listens_on": "127.0.0.1",
        "frontend_port": 3100,
        "backend_port": 3101,
        "pid": 1,
        "memory_bytes": 0,
        "cpu_percent": 0.0,
        "uptime_seconds": 0.0,
        "health": {},
        "crashes": 0,
        "last_error": "",
        "next_restart_at": None,
        "operation_id": "op",
        "created_at": "2026-11-22T06:00:00+00:00",
        "allow_editing": False,
    }
    return AppView(**{**given, **values})


def ended(state: str, error: dict[str, Any] | None = None) -> OperationView:
    return OperationView(
        id="op1",
        kind="start_app",
        title="Start Shop",
        subject="shop",
        state=state,
        created_at="2026-11-22T06:00:00+00:00",
        finished_at="2026-11-22T06:00:01+00:00",
        error=error,
    )


def start_failed() -> dict[str, Any]:
    error = errors.SystemError("It ended", component="hosting", code="app_start_failed", app="Shop")
    return describe(error, "Start Shop", operation_id="op1")


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """The started operations; each has succeeded at once."""
    asked: list[tuple[str, Any]] = []

    def start(kind: str, given: Any) -> str:
        asked.append((kind, given))
        return "op1"

    monkeypatch.setattr(apps_state.service, "start", start)
    monkeypatch.setattr(apps_state.service, "view", lambda _id: ended("succeeded"))
    return asked


class TestAct:
    @pytest.mark.parametrize("action", ["start", "stop", "restart"])
    def test_each_action_is_an_operation_on_the_app(self, started: list[Any], action: str) -> None:
        state = state_of(AppsState)
        assert run(state, "act", action, "shop") == []
        assert started == [(f"{action}_app", AppInput(slug="shop"))]
        assert state.busy == {}
        assert state.error_message == ""

    def test_after_a_delete_the_list_is_shown(self, started: list[Any]) -> None:
        [gone] = run(state_of(AppState), "act", "delete", "shop")
        assert started[0][0] == "delete_app"
        assert "/apps" in str(gone.args)

    def test_it_waits_until_the_operation_has_ended(
        self, started: list[Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        running = ended("running").model_copy(update={"finished_at": None})
        state, seen = state_of(AppsState), []
        views = iter([running, running, ended("succeeded")])

        def look(_id: str) -> OperationView:
            seen.append(dict(state.busy))
            return next(views)

        monkeypatch.setattr(apps_state.service, "view", look)
        monkeypatch.setattr(apps_state, "_REFRESH_SECONDS", 0.001)
        run(state, "act", "start", "shop")
        assert seen == [{"shop": "start"}] * 3

    @pytest.mark.parametrize("busy", ["start", "delete"])
    def test_a_second_click_while_one_is_under_way_does_nothing(
        self, started: list[Any], busy: str
    ) -> None:
        state = state_of(AppsState)
        state.busy = {"shop": busy}
        assert run(state, "act", "stop", "shop") == []
        assert started == []
        assert state.busy == {"shop": busy}

    def test_another_app_can_be_acted_on_meanwhile(self, started: list[Any]) -> None:
        state = state_of(AppsState)
        state.busy = {"shop": "start"}
        run(state, "act", "stop", "other")
        assert started == [("stop_app", AppInput(slug="other"))]
        assert state.busy == {"shop": "start"}

    @pytest.mark.parametrize(
        "action", ["", "generate", "delete_app", "__class__", None, 3, ["stop"]]
    )
    def test_an_unknown_action_is_refused(self, started: list[Any], action: Any) -> None:
        state = state_of(AppsState)
        assert run(state, "act", action, "shop") == []
        assert started == []
        assert state.busy == {}

    @pytest.mark.parametrize("slug", [None, 3, {"a": 1}, ["shop"]])
    def test_what_is_no_slug_starts_nothing_and_leaves_nothing_busy(
        self, started: list[Any], slug: Any
    ) -> None:
        state = state_of(AppsState)
        assert run(state, "act", "stop", slug) == []
        assert started == []
        assert state.busy == {}

    def test_a_failure_is_reported_and_try_again_resumes_the_operation(
        self, started: list[Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        failed = ended("failed", start_failed())
        monkeypatch.setattr(apps_state.service, "view", lambda _id: failed)
        state = state_of(AppsState)
        events = run(state, "act", "start", "shop")
        assert names(events) == ["clear_error_later"]
        assert state.error_shown
        assert state.error_can_retry
        assert state.busy == {}
        again = press_try_again(state)
        assert again.handler.fn.__name__ == "resume_failed_operation"
        assert "op1" in str(again.args)

    def test_an_operation_that_cannot_start_is_reported_and_tried_again(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_: Any) -> str:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(apps_state.service, "start", full)
        state = state_of(AppsState)
        state._retry_operation_id = "earlier"
        run(state, "act", "stop", "shop")
        assert state.error_shown
        assert state.busy == {}
        again = press_try_again(state)
        assert again.handler.fn.__name__ == "act"
        assert [str(value) for _, value in again.args] == ['"stop"', '"shop"']

    def test_a_cancelled_delete_stays_on_the_page(
        self, started: list[Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(apps_state.service, "view", lambda _id: ended("cancelled"))
        assert run(state_of(AppState), "act", "delete", "shop") == []

    def test_an_operation_that_vanished_is_reported(
        self, started: list[Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(apps_state.service, "view", lambda _id: None)
        state = state_of(AppsState)
        run(state, "act", "stop", "shop")
        assert state.error_message
        assert state.busy == {}


@pytest.fixture
def one_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page is refreshed once, then its tab is closed."""
    monkeypatch.setattr(live, "_PAUSE_SECONDS", 0)
    monkeypatch.setattr(apps_state, "_REFRESH_SECONDS", 0.001)
    looked: list[Any] = []

    def is_connected(_state: Any) -> bool:
        looked.append(None)
        return len(looked) == 1

    monkeypatch.setattr(live, "is_connected", is_connected)


def at(state: Any, path: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The state, whose tab shows the page at `path`."""
    where = SimpleNamespace(url=SimpleNamespace(path=path))
    monkeypatch.setattr(type(state), "router", where)
    return state


def broken(*_: Any) -> Any:
    raise OSError(28, "No space left on device")


@pytest.mark.usefixtures("one_look")
class TestList:
    def test_the_apps_are_shown(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(apps_state.hosted, "list_apps", lambda: [app("shop"), app("other")])
        state = state_of(AppsState)
        state.busy = {"shop": "start"}
        assert run(state, "follow_apps") == []
        assert [each.slug for each in state.apps] == ["shop", "other"]
        assert state.loaded
        assert state.busy == {}

    def test_a_list_that_cannot_be_read_is_reported_and_followed_by_try_again(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(apps_state.hosted, "list_apps", broken)
        state = state_of(AppsState)
        state._retry_operation_id = "an earlier failure"
        assert names(run(state, "follow_apps")) == ["clear_error_later"]
        assert not state.loaded
        assert press_try_again(state).handler.fn.__name__ == "follow_apps"

    def test_a_look_that_works_again_ends_the_error(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(apps_state.hosted, "list_apps", broken)
        state = state_of(AppsState)
        run(state, "follow_apps")
        state.retry_operation()
        monkeypatch.setattr(apps_state.hosted, "list_apps", list)
        monkeypatch.setattr(live, "is_connected", _once())
        run(state, "follow_apps")
        assert state.error_message == ""
        assert state.loaded

    def test_what_did_not_change_is_not_sent(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(apps_state.hosted, "list_apps", lambda: [app()])
        state = state_of(AppsState)
        run(state, "follow_apps")
        root = state.parent_state
        root._clean()
        monkeypatch.setattr(live, "is_connected", _once())
        run(state, "follow_apps")
        sent = {key for part in root.get_delta().values() for key in part}
        assert not any(key.startswith("apps") for key in sent)


def _once() -> Any:
    looks: Iterator[bool] = iter([True, False])
    return lambda _state: next(looks)


@pytest.mark.usefixtures("one_look")
class TestOne:
    @pytest.fixture(autouse=True)
    def _hosted(self, monkeypatch: pytest.MonkeyPatch) -> None:
        known = {"shop": app("shop"), "other": app("other")}
        monkeypatch.setattr(apps_state.hosted, "get_app", known.get)
        monkeypatch.setattr(
            apps_state.app_logs, "app_log", lambda slug, lines, search: [f"{slug} {search} {lines}"]
        )

    @pytest.mark.parametrize("path", ["/apps/shop", "/apps/shop/"])
    def test_the_app_of_the_address_and_its_log_are_shown(
        self, path: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        state = at(state_of(AppState), path, monkeypatch)
        assert run(state, "follow_app") == []
        assert state.app.slug == "shop"
        assert state.log == ["shop  400"]
        assert state.loaded

    def test_a_search_in_the_log_is_the_servers_work(self, monkeypatch: pytest.MonkeyPatch) -> None:
        state = at(state_of(AppState), "/apps/shop", monkeypatch)
        run(state, "follow_app")
        asyncio.run(AppState.event_handlers["set_log_search"].fn(state, "error"))
        assert state.log == ["shop error 400"]

    def test_a_search_without_an_app_reads_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(apps_state.app_logs, "app_log", broken)
        state = state_of(AppState)
        asyncio.run(AppState.event_handlers["set_log_search"].fn(state, "error"))
        assert (state.log, state.log_search) == ([], "error")

    def test_a_log_that_stands_still_is_not_written_over(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        state = at(state_of(AppState), "/apps/shop", monkeypatch)
        run(state, "follow_app")
        state.set_log_following(False)
        monkeypatch.setattr(apps_state.app_logs, "app_log", lambda *_: ["more"])
        monkeypatch.setattr(live, "is_connected", _once())
        run(state, "follow_app")
        assert state.log == ["shop  400"]

    def test_lines_that_were_read_for_an_earlier_search_are_not_shown(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        state = at(state_of(AppState), "/apps/shop", monkeypatch)
        run(state, "follow_app")

        def searched_meanwhile(*_: Any) -> list[str]:
            state.log_search, state.log = "error", ["found"]
            return ["all lines"]

        monkeypatch.setattr(apps_state.app_logs, "app_log", searched_meanwhile)
        monkeypatch.setattr(live, "is_connected", _once())
        run(state, "follow_app")
        assert state.log == ["found"]

    def test_another_app_starts_with_a_clean_page(self, monkeypatch: pytest.MonkeyPatch) -> None:
        state = at(state_of(AppState), "/apps/shop", monkeypatch)
        state.log_search, state.log_following = "error", False
        state.app, state.log, state.loaded = app("other"), ["old"], True
        run(state, "follow_app")
        assert state.log_search == ""
        assert state.log == ["shop  400"]

    @pytest.mark.parametrize("slug", ["nothing", "foo-bar", "..", "%2e%2e"])
    def test_an_app_that_is_not_there_has_no_log_and_is_no_error(
        self, slug: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(apps_state.app_logs, "app_log", broken)
        state = at(state_of(AppState), f"/apps/{slug}", monkeypatch)
        assert run(state, "follow_app") == []
        assert state.app is None
        assert state.loaded
        assert state.error_message == ""

    def test_one_that_cannot_be_read_is_reported_and_followed_by_try_again(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(apps_state.hosted, "get_app", broken)
        state = at(state_of(AppState), "/apps/shop", monkeypatch)
        state._retry_operation_id = "an earlier failure"
        assert names(run(state, "follow_app")) == ["clear_error_later"]
        assert press_try_again(state).handler.fn.__name__ == "follow_app"
