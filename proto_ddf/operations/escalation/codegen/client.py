"""The HTTP API of Codegen: https://docs.codegen.com/api-reference."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
from pydantic import BaseModel, Field, ValidationError, field_validator

from proto_ddf import errors, redaction
from proto_ddf.errors import IntegrationError
from proto_ddf.escalation_settings import EscalationSettings
from proto_ddf.operations.escalation.codegen.availability import missing_setting
from proto_ddf.resilience import Policy, policy, time_left
from proto_ddf.resilience.retry.retry_after import retry_after
from proto_ddf.settings import get_settings

SYSTEM = "codegen"
NAME = "Codegen"
PAGE = 100
"""Runs in one answer of the list; the service's maximum."""
SEARCHED_PAGES = 10
EARLIER = timedelta(hours=1)
"""How far the clocks may differ: older runs cannot be those of a request."""
LONGEST_TEXT = 4000
_NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
)
_CODES = {
    401: "codegen_refused",
    402: "codegen_limit_reached",
    403: "codegen_refused",
    404: "codegen_repository_unknown",
    422: "codegen_request_refused",
}


class NotSentError(Exception):
    """The request did not reach Codegen; its cause says why."""


class UnsureError(IntegrationError):
    """Whether the request reached Codegen is not known. The policy does not retry an error of this code."""

    def __init__(self, reason: str, may_arrive_until: datetime | None = None) -> None:
        """`may_arrive_until`: when the request can no longer arrive, if that is known."""
        until = {"retry_at": may_arrive_until.isoformat()} if may_arrive_until else {}
        super().__init__(
            f"It is not known whether Codegen got the request: {reason}",
            NAME,
            "ask",
            code="codegen_unsure",
            reason=reason,
            **until,
        )
        self.reason = reason


class PullRequest(BaseModel):
    url: str = ""
    title: str = ""
    head_branch_name: str = ""

    @field_validator("url", "title", "head_branch_name", mode="before")
    @classmethod
    def _text(cls, given: Any) -> str:
        return str(given or "")[:LONGEST_TEXT]

    @field_validator("url")
    @classmethod
    def _is_web_address(cls, url: str) -> str:
        return web_address(url)


class RemoteRun(BaseModel):
    """One run, as the service describes it."""

    id: int
    status: str = ""
    web_url: str = ""
    result: str = ""
    summary: str = ""
    created_at: str = ""
    github_pull_requests: list[PullRequest] = Field(default_factory=list)
    metadata: dict[str, Any] = Field(default_factory=dict)

    @field_validator("status", "web_url", "result", "summary", "created_at", mode="before")
    @classmethod
    def _text(cls, given: Any) -> str:
        return redaction.scrub_text(str(given or ""), LONGEST_TEXT)

    @field_validator("web_url")
    @classmethod
    def _is_web_address(cls, url: str) -> str:
        return web_address(url)

    @field_validator("github_pull_requests", "metadata", mode="before")
    @classmethod
    def _not_none(cls, given: Any, info: Any) -> Any:
        return given if given is not None else ([] if info.field_name != "metadata" else {})


class CodegenClient:
    """Calls of one organization. Each goes through the policy of the service's host."""

    def __init__(self, settings: EscalationSettings | None = None) -> None:
        """Raises IntegrationError, code codegen_not_set_up."""
        settings = settings or get_settings()
        reason = missing_setting()
        key = settings.codegen_api_key
        if reason or key is None:
            raise IntegrationError(
                f"Codegen cannot be used: {reason}",
                NAME,
                "call",
                code="codegen_not_set_up",
                reason=reason,
            )
        redaction.hide(key.get_secret_value())
        self._authorization = f"Bearer {key.get_secret_value()}"
        self._base = f"{settings.codegen_api_url}/v1/organizations/{settings.codegen_org_id}/agent"
        self._host = urlsplit(settings.codegen_api_url).hostname or ""

    @property
    def policy(self) -> Policy:
        return policy(SYSTEM, self._host)

    def send(self, prompt: str, repo_id: int, key: str) -> RemoteRun:
        """Ask for a run, once and without the policy.

        Raises:
            NotSentError: it may be sent again.
            UnsureError: it must not be sent again before the list of runs was searched.
            IntegrationError: the service refused it; see `_CODES`.
            httpx.HTTPStatusError: status 429, with Retry-After.
        """
        body = {"prompt": prompt, "repo_id": repo_id, "metadata": {"proto_ddf_key": key}}
        try:
            response = self._request("POST", "run", json=body)
        except _NEVER_SENT as error:
            raise NotSentError(str(error)) from error
        except httpx.HTTPError as error:
            raise UnsureError(_words(error)) from error
        if response.status_code >= 500:
            raise UnsureError(f"the answer was status {response.status_code}")
        _check(response)
        try:
            return _run(response.json())
        except (ValueError, IntegrationError) as error:
            raise UnsureError("the answer cannot be read") from error

    def find(self, key: str, since: datetime) -> RemoteRun | None:
        """The run that was asked for with this key, in the list of runs; None if it is not there. Raises as `read`."""
        return next(
            (run for run in self._runs(since) if run.metadata.get("proto_ddf_key") == key), None
        )

    def read(self, remote_id: int) -> RemoteRun:
        """The run as it is now.

        Raises:
            IntegrationError: as `_CODES`, or code integration_error.
            httpx.HTTPError: there was no useful answer.
            CallRefusedError, DeadlineExceededError: the policy's.
        """
        return _run(self._get(f"run/{remote_id}"))

    def check(self) -> int:
        """The number of runs of the organization. Raises as `read`."""
        listed = self._get("runs", limit=1)
        return int(listed.get("total") or 0) if isinstance(listed, dict) else 0

    def _runs(self, since: datetime) -> Iterator[RemoteRun]:
        """The newest first."""
        for page in range(SEARCHED_PAGES):
            listed = self._get("runs", skip=page * PAGE, limit=PAGE)
            items = listed.get("items") if isinstance(listed, dict) else None
            runs = [_run(item) for item in items or []]
            yield from runs
            if len(runs) < PAGE or _is_older(runs[-1].created_at, since - EARLIER):
                return

    def _get(self, path: str, **query: int) -> Any:
        return self.policy.call_sync(self._get_once, path, query)

    def _get_once(self, path: str, query: dict[str, int]) -> Any:
        response = self._request("GET", path, params=query)
        _check(response)
        try:
            return response.json()
        except ValueError as error:
            raise _not_understood() from error

    def _request(self, method: str, path: str, **content: Any) -> httpx.Response:
        config = self.policy.config
        timeout = httpx.Timeout(
            time_left(config.read_timeout), connect=time_left(config.connect_timeout)
        )
        with httpx.Client(timeout=timeout, follow_redirects=False) as client:
            return client.request(
                method,
                f"{self._base}/{path}",
                headers={"Authorization": self._authorization},
                **content,
            )


def web_address(url: str) -> str:
    """The address if a page may link to it; otherwise empty."""
    try:
        parts = urlsplit(url)
        return url if parts.scheme in ("https", "http") and parts.hostname else ""
    except ValueError:
        return ""


def in_words(error: httpx.HTTPStatusError) -> IntegrationError:
    """Status 429 as an error that says when the next call is admitted."""
    seconds = retry_after(error) or 60.0
    return IntegrationError(
        "Codegen admits no more calls for now.",
        NAME,
        "call",
        code="rate_limited",
        retry_after=round(seconds),
        retry_at=(datetime.now(UTC) + timedelta(seconds=seconds)).isoformat(),
    )


def _check(response: httpx.Response) -> None:
    """Raises for every status but 2xx."""
    status = response.status_code
    if status in _CODES:
        raise IntegrationError(
            f"Codegen answered with status {status}",
            NAME,
            "call",
            code=_CODES[status],
            status=status,
            reason=_told(response) or f"status {status}",
        )
    if 300 <= status < 400:
        raise errors.IntegrationError(
            "Codegen redirects to another address.", NAME, "call", code="integration_error"
        )
    response.raise_for_status()


def _told(response: httpx.Response) -> str:
    """What the service says about the status, without secrets."""
    try:
        body = response.json()
    except ValueError:
        return ""
    if not isinstance(body, dict):
        return ""
    said = body.get("message") or body.get("detail") or ""
    if isinstance(said, list):
        said = "; ".join(
            str(each.get("msg", each)) if isinstance(each, dict) else str(each) for each in said
        )
    return redaction.scrub_text(str(said), 300)


def _run(body: Any) -> RemoteRun:
    try:
        return RemoteRun.model_validate(body)
    except ValidationError as error:
        raise _not_understood() from error


def _not_understood() -> IntegrationError:
    return IntegrationError(
        "Codegen's answer cannot be read.", NAME, "call", code="integration_error"
    )


def _words(error: httpx.HTTPError) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "no answer came in time"
    return "the connection ended before the answer"


def _is_older(created_at: str, than: datetime) -> bool:
    try:
        at = datetime.fromisoformat(created_at)
    except ValueError:
        return False
    return (at if at.tzinfo else at.replace(tzinfo=UTC)) < than
