"""Linear's API as far as notifications use it: issues are made and found, and an id is taken once."""

import json
from typing import Any

from tests.servers.http_receiver import Answer, Received

KEY = "lin_api_0123456789abcdef"
TEAM = "9cfb482a-81e3-4154-b5b9-2c805e70a02d"


class LinearApi:
    """The `usual` of a Receiver."""

    def __init__(self) -> None:
        self.issues: dict[str, dict[str, Any]] = {}
        self.refusals: list[dict[str, Any]] = []
        """Errors that the next requests get, with their `status`."""

    def __call__(self, request: Received) -> Answer:
        if self.refusals:
            refusal = self.refusals.pop(0)
            return _errors(refusal["status"], refusal["message"], **refusal["extensions"])
        if request.headers.get("Authorization") != KEY:
            about = {"type": "authentication error", "code": "AUTHENTICATION_ERROR"}
            return _errors(400, "Authentication required, not authenticated", **about)
        asked = request.json
        if "issueCreate" in asked["query"]:
            return self._create(asked["variables"]["input"])
        issue = self.issues.get(asked["variables"]["id"])
        if issue is None:
            return _errors(200, "Entity not found: Issue", type="invalid input", code="INPUT_ERROR")
        return Answer(body=json.dumps({"data": {"issue": issue}}))

    def _create(self, given: dict[str, Any]) -> Answer:
        if given["teamId"] != TEAM:
            return _errors(200, "Entity not found: Team", type="invalid input", code="INPUT_ERROR")
        if given["id"] in self.issues:
            about = {"type": "invalid input", "code": "INPUT_ERROR"}
            return _errors(200, "Entity Issue with this id already exists", **about)
        number = len(self.issues) + 1
        about_issue = {"identifier": f"OPS-{number}", "url": f"https://linear.app/i/OPS-{number}"}
        self.issues[given["id"]] = {**given, **about_issue}
        made = {"success": True, "issue": {"id": given["id"], **about_issue}}
        return Answer(body=json.dumps({"data": {"issueCreate": made}}))


def _errors(status: int, message: str, **extensions: Any) -> Answer:
    error = {"message": message, "path": ["issueCreate"], "extensions": extensions}
    return Answer(status, json.dumps({"data": None, "errors": [error]}))
