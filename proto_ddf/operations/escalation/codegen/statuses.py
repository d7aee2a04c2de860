"""What the status of a run says. Codegen writes the same status in different cases and with different words."""

from typing import Literal

Outcome = Literal["running", "finished", "failed"]
_FINISHED = frozenset({"complete", "completed", "done", "success", "succeeded"})
_FAILED = frozenset(
    {
        *("failed", "failure", "error", "errored", "cancelled", "canceled", "stopped", "killed"),
        *("timeout", "timed_out", "max_iterations_reached", "out_of_tokens"),
    }
)


def outcome_of(status: str) -> Outcome:
    """An unknown status counts as running: a deadline ends the wait."""
    word = status.strip().lower().replace(" ", "_").replace("-", "_")
    if word in _FINISHED:
        return "finished"
    return "failed" if word in _FAILED else "running"
