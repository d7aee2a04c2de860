"""Whether the server is ready."""

from benchmarks.faults.columns.column import LONGEST_ANSWER, Column


class Readiness(Column):
    """Asks whether the server is ready, until it says so; true if it then serves a page."""

    name = "readiness"

    def attempt(self, mark: str, seconds: float) -> bool:
        answer = self.place.ask("GET", "/readiness", seconds, Cookie=self.place.cookie)
        return answer is not None and answer.status == 200

    def effects(self, mark: str) -> int:
        answer = self.place.ask("GET", "/apps", LONGEST_ANSWER, Cookie=self.place.cookie)
        return int(answer is not None and answer.status == 200)
