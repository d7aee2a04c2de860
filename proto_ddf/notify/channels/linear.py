"""Linear: each message becomes an issue. Its API is GraphQL, which answers with status 200 or 400 and a list of errors."""

import json
import time
from typing import Any

import httpx
from pydantic import BaseModel, ConfigDict, Field

from proto_ddf.errors import ValidationError
from proto_ddf.notify.channels.http import check_answer, check_url, post
from proto_ddf.notify.channels.kind import ChannelKind, Limits, Values
from proto_ddf.notify.channels.outcomes import (
    MayHaveArrivedError,
    NotTakenError,
    RefusedError,
)
from proto_ddf.notify.message import Message
from proto_ddf.settings import get_settings
from proto_ddf.sources.protocol import FormField

_CREATE = """mutation Create($input: IssueCreateInput!) {
  issueCreate(input: $input) { success issue { id identifier url } }
}"""
_FIND = "query Find($id: String!) { issue(id: $id) { id identifier url } }"
_PRIORITIES = {"critical": 1, "high": 2, "normal": 3, "low": 4}
_LATER = ("ratelimited", "internal", "timeout", "unavailable", "lockout")
"""Parts of the codes of errors after which the same request may succeed."""


class LinearConfig(BaseModel):
    model_config = ConfigDict(extra="forbid")

    api_key: str = Field(min_length=1)
    """A reference into the vault."""
    team_id: str = Field(min_length=1)


def check(values: Values, limits: Limits) -> None:
    _key(values)
    check_url(get_settings().linear_api_url, "api_key", limits)


def send(values: Values, message: Message, limits: Limits) -> str:
    given = {
        # Linear refuses an id that an issue has already.
        "id": message.id,
        "teamId": values["team_id"],
        "title": message.title,
        "description": message.body,
        "priority": _PRIORITIES[message.priority],
    }
    answer = _ask(values, _CREATE, {"input": given}, limits)
    errors = _errors(answer)
    created = _result(answer, "issueCreate")
    if not errors and created.get("success"):
        return str((created.get("issue") or {}).get("url") or "")
    if errors and (url := _found(values, message.id, limits)) is not None:
        return url
    _raise(answer, errors)
    return ""


def _ask(values: Values, query: str, variables: dict[str, Any], limits: Limits) -> httpx.Response:
    body = json.dumps({"query": query, "variables": variables}).encode()
    headers = {"Content-Type": "application/json", "Authorization": _key(values)}
    return post(get_settings().linear_api_url, "api_key", body, headers, limits)


def _key(values: Values) -> str:
    """The API key, which is sent in a header. Raises ValidationError."""
    key = values["api_key"].strip()
    if not (key.isascii() and key.isprintable()):
        raise ValidationError("It has a character that no API key has.", "api_key", "***")
    return key


def _found(values: Values, issue_id: str, limits: Limits) -> str | None:
    """The address of the issue, if an earlier attempt made it; None otherwise."""
    try:
        issue = _result(_ask(values, _FIND, {"id": issue_id}, limits), "issue")
    except httpx.HTTPError:
        return None
    return str(issue.get("url") or "") if issue.get("id") == issue_id else None


def _content(answer: httpx.Response) -> dict[str, Any]:
    try:
        content = answer.json()
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _result(answer: httpx.Response, name: str) -> dict[str, Any]:
    data = _content(answer).get("data")
    result = data.get(name) if isinstance(data, dict) else None
    return result if isinstance(result, dict) else {}


def _errors(answer: httpx.Response) -> list[dict[str, Any]]:
    errors = _content(answer).get("errors")
    return [each for each in errors if isinstance(each, dict)] if isinstance(errors, list) else []


def _raise(answer: httpx.Response, errors: list[dict[str, Any]]) -> None:
    if not errors:
        check_answer(answer, "Linear")
        raise MayHaveArrivedError(
            "Linear's answer does not say whether it took the message", "Linear"
        )
    first = errors[0]
    about = first.get("extensions")
    about = about if isinstance(about, dict) else {}
    words = about.get("userPresentableMessage") or first.get("message") or "it refused the message"
    reason = f"Linear says: {words}"
    kind = "".join(f"{about.get('code', '')} {about.get('type', '')}".lower().split("_"))
    if answer.status_code in (429, 503) or any(part in kind for part in _LATER):
        raise NotTakenError(reason, "Linear", _wait(answer))
    raise RefusedError(reason, "Linear")


def _wait(answer: httpx.Response) -> float | None:
    """Seconds until Linear takes requests again. Its header has Unix time in milliseconds."""
    after, reset = (
        answer.headers.get(n, "") for n in ("retry-after", "x-ratelimit-requests-reset")
    )
    if after.isascii() and after.isdigit():
        return float(after)
    if reset.isascii() and reset.isdigit():
        return max(0.0, int(reset) / 1000 - time.time())
    return None


KIND = ChannelKind(
    name="linear",
    label="Linear",
    icon="square-kanban",
    promise="Sent until it is taken, and never twice: each issue gets an id of Proto-DDF's own, which Linear takes once.",
    has_key=True,
    config_model=LinearConfig,
    form=(
        FormField(
            "api_key",
            "API key",
            "secret",
            "A personal API key of Linear. Kept encrypted, and never shown again.",
        ),
        FormField("team_id", "Team id", "text", "The team that gets the issues."),
    ),
    check=check,
    send=send,
)
