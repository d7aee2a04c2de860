from pydantic import BaseModel

from proto_ddf.operations.model import KINDS, Kind, Step, StepContext, register
from proto_ddf.progress import NoProgress


class Nothing(BaseModel):
    pass


class Recorder(NoProgress):
    def __init__(self) -> None:
        self.told: list[tuple[object, ...]] = []

    def log(self, line: str) -> None:
        self.told.append(("log", line))

    def report(self, message: str) -> None:
        self.told.append(("report", message))

    def retrying(self, attempt: int, attempts: int, wait: float, error: BaseException) -> None:
        self.told.append(("retrying", attempt, attempts, wait, str(error)))

    def check_stop(self) -> None:
        self.told.append(("check_stop",))

    def remember_process(self, pid: int, create_time: float) -> None:
        self.told.append(("remember_process", pid, create_time))


def test_a_step_context_passes_progress_on():
    recorder = Recorder()
    context = StepContext("op-1", Nothing(), progress=recorder)
    context.log("line")
    context.report("doing")
    context.retrying(1, 4, 2.0, OSError("gone"))
    context.check_stop()
    context.remember_process(7, 1.5)
    assert recorder.told == [
        ("log", "line"),
        ("report", "doing"),
        ("retrying", 1, 4, 2.0, "gone"),
        ("check_stop",),
        ("remember_process", 7, 1.5),
    ]


def test_a_registered_kind_is_found_by_its_name(monkeypatch):
    monkeypatch.setattr("proto_ddf.operations.model.KINDS", KINDS.copy())
    kind = Kind("test_kind", lambda _: "Test", Nothing, (Step("a", "A", lambda _: None),))
    register(kind)
    from proto_ddf.operations import model

    assert model.KINDS["test_kind"] is kind
    assert kind.subject(Nothing()) == ""


class Shaped(BaseModel):
    round: bool = False


def test_an_operation_has_the_steps_that_apply_to_its_input():
    steps = (
        Step("a", "A", lambda _: None),
        Step("b", "B", lambda _: None, applies=lambda given: given.round),
    )
    for kind in (
        Kind("shaped", lambda _: "", Shaped, steps),
        Kind("shaped", lambda _: "", Shaped, lambda _: steps),
    ):
        assert [step.name for step in kind.steps_for(Shaped())] == ["a"]
        assert [step.name for step in kind.steps_for(Shaped(round=True))] == ["a", "b"]
