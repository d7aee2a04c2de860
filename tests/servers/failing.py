"""The failure of a call to a source: the error that a page shows, and what the source's policy counted."""

import json
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from proto_ddf import errors, vault
from proto_ddf.errors import classify, describe
from proto_ddf.resilience import policy
from proto_ddf.sources.connected.store import make_source
from proto_ddf.sources.registry import KINDS
from proto_ddf.sources.resilient import SYSTEM, ResilientSource
from proto_ddf.sources.servers import engines
from tests.policies import QUICK, fresh_policies

RETRIES = 2
"""The retries of the policies in these tests."""
PATIENT = {**QUICK, "max_retries": RETRIES}
"""Settings with which an answer may take long."""
IMPATIENT = {**PATIENT, "connect_timeout_ms": 300, "read_timeout_ms": 300}
"""Settings with which a server that does not answer within 0.3 s counts as silent."""


def become_patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on an answer may take long, and no connection is kept that expects a fast one."""
    fresh_policies(monkeypatch, source=PATIENT)
    engines.dispose_all()


@dataclass(frozen=True)
class Failure:
    """The error of one call."""

    stage: str
    """The stage of the connection test; empty for another call."""
    error: BaseException
    attempts: int
    counted: int
    """Failures that the breaker counted."""

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
        """Checks code, field and words of the message, and that the call was both retried and counted, or neither."""
        described = describe(self.error)
        assert (described["code"], described["field"]) == (code, field), (
            self.stage,
            described,
            self.error,
        )
        for each in words:
            assert each in described["message"], described["message"]
        assert described["title"].startswith(title)
        assert described["hint"]
        assert "{" not in described["message"] + described["hint"]
        assert classify(self.error).retryable is retried
        expected = RETRIES + 1 if retried else 1
        assert (self.attempts, self.counted) == (expected, expected if retried else 0)
        if stage is not None:
            assert self.stage == stage

    def never_says(self, secret: str) -> None:
        """Checks that the secret is neither in what people read, nor in the records, nor in a traceback."""
        described = json.dumps(describe(self.error), ensure_ascii=False)
        shown = "".join(traceback.format_exception(self.error))
        for text in (described, shown):
            assert secret not in text
            assert json.dumps(secret)[1:-1] not in text


def failure_of(source: ResilientSource, call: Callable[[], Any]) -> Failure:
    """The error that `call` to a source raises."""
    failure = _failure(source, call, "")
    assert failure is not None, "it did not fail"
    return failure


def connecting_fails(kind: str, config: dict[str, Any]) -> Failure:
    """The error of the first stage of the connection test that fails. Checks that it does not contain the password."""
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
    """What each stage of the connection test found; fails if a stage fails."""
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
    """The password that the form's reference points to, if the vault still has it."""
    try:
        return vault.reveal(config.get("password", ""))
    except errors.SystemError:
        return ""
