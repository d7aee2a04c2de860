"""Logs: where lines are written, what they contain, what is redacted, and log_operation."""

import asyncio
import json
import logging
import logging.handlers
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import structlog

from proto_ddf import logs
from proto_ddf.logs import configure_logging, get_logger, log_operation
from proto_ddf.redaction import HIDDEN
from proto_ddf.settings import get_settings


@pytest.fixture
def configured(home: Path) -> Iterator[Path]:
    """The log file of a fresh home folder; the root logger is put back afterwards."""
    root = logging.getLogger()
    level = root.level
    configure_logging()
    yield home / "logs" / "proto_ddf.log"
    logs._install([])
    root.setLevel(level)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


class TestLines:
    def test_are_json_in_the_file(self, configured: Path) -> None:
        get_logger("proto_ddf.x").info("hello", table="orders", rows=3)
        [line] = lines(configured)
        assert line.pop("timestamp").endswith("Z")
        assert line == {
            "event": "hello",
            "level": "info",
            "logger": "proto_ddf.x",
            "table": "orders",
            "rows": 3,
        }

    def test_are_short_on_the_console(
        self, configured: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        logs._install([logs._file_handler(configured), logs._console_handler()])
        get_logger("proto_ddf.x").warning("two\nlines", table="orders")
        shown = capsys.readouterr().err
        assert shown.count("\n") == 1
        assert shown[8:] == " WARNING two lines table=orders\n"

    def test_carry_what_is_bound_to_the_context(self, configured: Path) -> None:
        with structlog.contextvars.bound_contextvars(operation_id="op1", step="build"):
            get_logger("a").info("ours")
            logging.getLogger("sqlalchemy.engine").warning("theirs")
        get_logger("a").info("after")
        inside, foreign, after = lines(configured)
        assert (inside["operation_id"], inside["step"]) == ("op1", "build")
        assert (foreign["operation_id"], foreign["step"]) == ("op1", "build")
        assert "operation_id" not in after

    def test_of_libraries_are_of_the_same_kind(self, configured: Path) -> None:
        logging.getLogger("dbos").warning("recovered %s workflows", 2)
        [line] = lines(configured)
        assert (line["event"], line["logger"]) == ("recovered 2 workflows", "dbos")

    def test_of_dbos_come_once_though_it_sets_up_logging_itself(self, configured: Path) -> None:
        from dbos._logger import init_logger

        init_logger()
        logging.getLogger("dbos").warning("once")
        assert len(lines(configured)) == 1

    def test_of_dbos_come_once_though_it_was_there_first(
        self, configured: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        from dbos._logger import init_logger

        logging.getLogger("dbos").handlers.clear()
        init_logger()
        configure_logging()
        logging.getLogger("dbos").warning("once")
        assert len(lines(configured)) == 1
        assert capsys.readouterr().err.count("once") <= 1

    def test_keep_tracebacks_in_the_file_and_not_on_the_console(
        self, configured: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        logs._install([logs._file_handler(configured), logs._console_handler()])
        try:
            raise ValueError("flux")
        except ValueError:
            get_logger("a").exception("failed")
        assert "Traceback" in lines(configured)[0]["exception"]
        shown = capsys.readouterr().err
        assert "Traceback" not in shown
        assert "exception=ValueError: flux" in shown

    def test_below_the_level_are_left_out(
        self, configured: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        get_logger("a").debug("too fine")
        monkeypatch.setenv("LOG_LEVEL", "DEBUG")
        get_settings.cache_clear()
        configure_logging()
        get_logger("a").debug("fine")
        assert [line["event"] for line in lines(configured)] == ["fine"]

    def test_anything_can_be_logged(self, configured: Path) -> None:
        get_logger("a").info(
            "odd \ud800", value=object(), path=Path("/x"), data=b"1", nan=float("nan")
        )
        [line] = lines(configured)
        assert (line["path"], line["data"]) == ("/x", "<1 bytes>")


class TestSecrets:
    def test_are_in_no_line(self, configured: Path, capsys: pytest.CaptureFixture[str]) -> None:
        logs._install([logs._file_handler(configured), logs._console_handler()])
        log = get_logger("a")
        log.info("open postgres://joe:pw1@db", api_token="pw1", nested={"password": "pw1"})
        logging.getLogger("lib").warning("password=%s", "pw1")
        try:
            raise ValueError("token=pw1")
        except ValueError:
            log.exception("failed")
        assert "pw1" not in configured.read_text(encoding="utf-8")
        assert "pw1" not in capsys.readouterr().err
        assert lines(configured)[0]["api_token"] == HIDDEN


class TestSetUp:
    def test_twice_writes_each_line_once(self, configured: Path) -> None:
        configure_logging()
        configure_logging()
        get_logger("a").info("once")
        assert len(lines(configured)) == 1

    def test_follows_the_home_folder(
        self, configured: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PROTO_DDF_HOME", str(tmp_path / "other"))
        get_settings.cache_clear()
        configure_logging()
        get_logger("a").info("moved")
        assert lines(configured) == []
        assert [line["event"] for line in lines(tmp_path / "other" / "logs" / "proto_ddf.log")] == [
            "moved"
        ]

    def test_the_file_is_rotated(self, configured: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(logs, "_MAX_BYTES", 500)
        logs._install([logs._file_handler(configured)])
        for number in range(50):
            get_logger("a").info("line", number=number)
        kept = sorted(path.name for path in configured.parent.iterdir())
        assert kept == ["proto_ddf.log", *(f"proto_ddf.log.{n}" for n in range(1, 6))]
        assert configured.stat().st_size <= 500


class Broken(Exception):
    pass


class TestLogOperation:
    @pytest.fixture
    def clock(self, monkeypatch: pytest.MonkeyPatch) -> list[float]:
        """The time that passes between two reads of the clock."""
        times = iter(range(0, 1000, 2))
        # The clock of this module alone: other threads read a clock too.
        monkeypatch.setattr(logs, "time", SimpleNamespace(monotonic=lambda: float(next(times))))
        return [2.0]

    def test_tells_start_end_duration_and_success(self, clock: list[float]) -> None:
        with structlog.testing.capture_logs() as told, log_operation("import", table="orders"):
            pass
        assert told == [
            {
                "event": "operation started",
                "operation": "import",
                "table": "orders",
                "log_level": "info",
            },
            {
                "event": "operation ended",
                "operation": "import",
                "table": "orders",
                "outcome": "success",
                "duration": clock[0],
                "log_level": "info",
            },
        ]

    def test_tells_failure_and_lets_the_error_through(self, clock: list[float]) -> None:
        with (
            structlog.testing.capture_logs() as told,
            pytest.raises(Broken),
            log_operation("import"),
        ):
            raise Broken("flux")
        end = told[-1]
        assert (end["outcome"], end["duration"], end["log_level"]) == ("failed", clock[0], "error")
        assert (end["error_type"], end["error"]) == ("Broken", "flux")

    @pytest.mark.parametrize("error", [asyncio.CancelledError, KeyboardInterrupt])
    def test_tells_cancellation(self, error: type[BaseException]) -> None:
        with (
            structlog.testing.capture_logs() as told,
            pytest.raises(error),
            log_operation("import"),
        ):
            raise error
        assert told[-1]["outcome"] == "cancelled"

    def test_decorates_functions(self) -> None:
        @log_operation("add", kind="sum")
        def add(first: int, second: int) -> int:
            """Adds."""
            return first + second

        with structlog.testing.capture_logs() as told:
            assert (add(1, second=2), add(3, 4)) == (3, 7)
        assert (add.__name__, add.__doc__) == ("add", "Adds.")
        assert [line.get("outcome") for line in told] == [None, "success", None, "success"]
        assert {line["kind"] for line in told} == {"sum"}

    def test_decorates_async_functions(self) -> None:
        @log_operation("wait")
        async def wait(error: BaseException | None) -> str:
            await asyncio.sleep(0)
            if error:
                raise error
            return "done"

        assert asyncio.iscoroutinefunction(wait)
        with structlog.testing.capture_logs() as told:
            assert asyncio.run(wait(None)) == "done"
            with pytest.raises(Broken):
                asyncio.run(wait(Broken()))
        assert [line["outcome"] for line in told if "outcome" in line] == ["success", "failed"]

    def test_an_async_function_that_is_cancelled_is_logged_as_cancelled(self) -> None:
        @log_operation("wait")
        async def wait() -> None:
            await asyncio.sleep(3600)

        async def act() -> None:
            task = asyncio.create_task(wait())
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

        with structlog.testing.capture_logs() as told:
            asyncio.run(act())
        assert told[-1]["outcome"] == "cancelled"

    def test_calls_that_overlap_keep_their_own_time(self, clock: list[float]) -> None:
        @log_operation("dig")
        def dig(depth: int) -> None:
            if depth:
                dig(depth - 1)

        with structlog.testing.capture_logs() as told:
            dig(1)
        durations = [line["duration"] for line in told if "outcome" in line]
        assert durations == [clock[0], 3 * clock[0]]
