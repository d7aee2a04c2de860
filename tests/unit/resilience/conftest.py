"""Fakes for time and progress."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from proto_ddf.progress import NoProgress, current_progress


class Stopped(BaseException):
    """Raised by a progress if the work should stop."""


@dataclass
class FakeTime:
    """A clock that only moves when code sleeps or a test moves it."""

    now: float = 1000.0
    sleeps: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.now += seconds


@pytest.fixture
def fake_time(monkeypatch: pytest.MonkeyPatch) -> FakeTime:
    """The clock for code that uses the time module."""
    fake = FakeTime()
    monkeypatch.setattr(time, "sleep", fake.sleep)
    monkeypatch.setattr(time, "monotonic", fake)
    return fake


@dataclass
class WatchedProgress(NoProgress):
    """Records the reports; stops the work after a number of checks."""

    told: list[tuple[int, int, float, str]] = field(default_factory=list)
    looks: int = 0
    stop_after: int | None = None

    def retrying(self, attempt: int, attempts: int, wait: float, error: BaseException) -> None:
        self.told.append((attempt, attempts, wait, str(error)))

    def check_stop(self) -> None:
        self.looks += 1
        if self.stop_after is not None and self.looks > self.stop_after:
            raise Stopped


@pytest.fixture
def progress() -> Iterator[WatchedProgress]:
    watched = WatchedProgress()
    token = current_progress.set(watched)
    yield watched
    current_progress.reset(token)
