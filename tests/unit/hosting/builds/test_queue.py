import threading

import pytest

from proto_ddf.hosting.builds.queue import BuildQueue, slots
from proto_ddf.progress import NoProgress


class Watched(NoProgress):
    """Keeps the reports, and stops when requested."""

    def __init__(self) -> None:
        self.reports: list[str] = []
        self.told = threading.Event()
        self.told_first = threading.Event()
        self.stopped = False

    def report(self, message: str) -> None:
        self.reports.append(message)
        self.told.set()
        if message.endswith("position 1"):
            self.told_first.set()

    def check_stop(self) -> None:
        if self.stopped:
            raise KeyboardInterrupt


class Build:
    """Holds a slot in a separate thread until it is released."""

    def __init__(self, queue: BuildQueue) -> None:
        self.progress = Watched()
        self.started = threading.Event()
        self.release = threading.Event()
        self._queue = queue
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            with self._queue.slot(self.progress):
                self.started.set()
                self.release.wait(60)
        except KeyboardInterrupt:
            return

    def finish(self) -> None:
        self.release.set()
        self._thread.join(60)
        assert not self._thread.is_alive()


def test_as_many_run_at_once_as_fit() -> None:
    queue = BuildQueue(capacity=lambda: 2)
    first, second = Build(queue), Build(queue)
    assert first.started.wait(60)
    assert second.started.wait(60)
    third = Build(queue)
    assert third.progress.told.wait(60)
    assert not third.started.is_set()
    first.finish()
    assert third.started.wait(60)
    second.finish()
    third.finish()


def test_waiting_builds_show_their_place_and_are_served_in_order() -> None:
    queue = BuildQueue(capacity=lambda: 1)
    running = Build(queue)
    assert running.started.wait(60)
    first = Build(queue)
    assert first.progress.told.wait(60)
    second = Build(queue)
    assert second.progress.told.wait(60)
    assert first.progress.reports == ["Waiting for a build slot, position 1"]
    assert second.progress.reports == ["Waiting for a build slot, position 2"]
    running.finish()
    assert first.started.wait(60)
    assert second.progress.told_first.wait(60)
    assert not second.started.is_set()
    first.finish()
    assert second.started.wait(60)
    assert second.progress.reports[-1] == "Waiting for a build slot, position 1"
    second.finish()


def test_a_stopped_build_gives_up_its_place() -> None:
    queue = BuildQueue(capacity=lambda: 1)
    running = Build(queue)
    assert running.started.wait(60)
    stopped = Build(queue)
    assert stopped.progress.told.wait(60)
    stopped.progress.stopped = True
    stopped.finish()
    running.finish()
    last = Build(queue)
    assert last.started.wait(60)
    last.finish()


def test_a_failing_build_frees_its_slot() -> None:
    queue = BuildQueue(capacity=lambda: 1)
    with pytest.raises(OSError, match="broken"), queue.slot(NoProgress()):
        raise OSError("broken")
    with queue.slot(NoProgress()):
        pass


def test_one_build_runs_even_where_memory_is_short() -> None:
    queue = BuildQueue(capacity=lambda: 0)
    with queue.slot(NoProgress()):
        pass


@pytest.mark.parametrize(
    ("available_mb", "cores", "expected"), [(100, 4, 1), (1900, 4, 2), (90000, 4, 4)]
)
def test_slots_follow_memory_and_cores(
    available_mb: int, cores: int, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = type("Memory", (), {"available": available_mb * 1024**2})
    monkeypatch.setattr("psutil.virtual_memory", lambda: memory)
    monkeypatch.setattr("os.sched_getaffinity", lambda pid: set(range(cores)))
    assert slots() == expected
