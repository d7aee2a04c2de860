"""How a source fails, as a page is told of it and as its policy sees it."""

import json
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from proto_ddf import errors, vault
from proto_ddf.errors import classify, describe
from proto_ddf.resilience import policy
from proto_ddf.sources.connected.store import make_source
from proto_ddf.sources.registry import KINDS
from proto_ddf.sources.resilient import SYSTEM, ResilientSource
from tests.policies import QUICK

RETRIES = 2
"""That policies of these tests make."""
PATIENT = {**QUICK, "max_retries": RETRIES}
"""Answers may take their time."""
IMPATIENT = {**PATIENT, "connect_timeout_ms": 300, "read_timeout_ms": 300}
"""What gives no answer within 0.3 s is silent."""


@dataclass(frozen=True)
class Failure:
    """The error of one call."""

    stage: str
    """Of the connection test; empty for another call."""
    error: BaseException
    attempts: int
    counted: int
    """Failures that the breaker noted."""

    @property
    def code(self) -> str:
        return classify(self.error).code

    @property
    def message(self) -> str:
        return classify(self.error).message

    def check(
        self,
        code: str,
        field: str | None,
        *words: str,
        retried: bool,
        stage: str | None = None,
        title: str = "",
    ) -> None:
        """It is that, its message has these words, and it was tried again and counted, or neither."""
        told = describe(self.error)
        assert (told["code"], told["field"]) == (code, field), (self.stage, told, self.error)
        for each in words:
            assert each in told["message"], told["message"]
        assert told["title"].startswith(title)
        assert told["hint"]
        assert "{" not in told["message"] + told["hint"]
        assert classify(self.error).retryable is retried
        expected = RETRIES + 1 if retried else 1
        assert (self.attempts, self.counted) == (expected, expected if retried else 0)
        if stage is not None:
            assert self.stage == stage

    def never_says(self, secret: str) -> None:
        """Neither to people nor in the records, nor in a traceback."""
        told = json.dumps(describe(self.error), ensure_ascii=False)
        shown = "".join(traceback.format_exception(self.error))
        for text in (told, shown):
            assert secret not in text
            assert json.dumps(secret)[1:-1] not in text


def failure_of(source: ResilientSource, call: Callable[[], Any]) -> Failure:
    """The error that `call` to a source raises."""
    failure = _failure(source, call, "")
    assert failure is not None, "it did not fail"
    return failure


def connecting_fails(kind: str, config: dict[str, Any]) -> Failure:
    """The error of the first stage of the connection test that fails. It never says the password."""
    source = make_source(kind, config)
    failures = (
        _failure(source, partial(source.run_stage, stage), stage.name)
        for stage in KINDS[kind].stages
    )
    failure = next(filter(None, failures), None)
    source.close()
    assert failure is not None, "no stage failed"
    if password := _password(config):
        failure.never_says(password)
    return failure


def connects(kind: str, config: dict[str, Any]) -> dict[str, str]:
    """What each stage of the connection test found; none fails."""
    source = make_source(kind, config)
    return {stage.name: source.run_stage(stage).text for stage in KINDS[kind].stages}


def _failure(source: ResilientSource, call: Callable[[], Any], stage: str) -> Failure | None:
    before = policy(SYSTEM, source.target).snapshot()
    try:
        call()
    except Exception as error:
        after = policy(SYSTEM, source.target).snapshot()
        assert before.breaker is not None
        assert after.breaker is not None
        counted = after.breaker.failed - before.breaker.failed
        return Failure(stage, error, after.attempts - before.attempts, counted)
    return None


def _password(config: dict[str, Any]) -> str:
    """That the form's reference stands for, if it still does."""
    try:
        return vault.reveal(config.get("password", ""))
    except errors.SystemError:
        return ""
