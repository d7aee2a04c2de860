"""Signing in."""

from benchmarks.faults.columns.column import LONGEST_ANSWER, Column


class SignIn(Column):
    """Signs in with name and password; stored is a session whose cookie is accepted."""

    name = "sign-in"

    def prepare(self) -> None:
        self._cookie = ""

    def attempt(self, mark: str, seconds: float) -> bool:
        self._cookie = self.place.sign_in(seconds, mark)
        return bool(self._cookie)

    def effects(self, mark: str) -> int:
        answer = self.place.ask("GET", "/api/session", LONGEST_ANSWER, Cookie=self._cookie)
        return int(answer is not None and answer.status == 200)
