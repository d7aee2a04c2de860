"""What a reader found in the output of a child process."""

from dataclasses import dataclass

from proto_ddf.errors.drivers.finding import Finding


@dataclass(frozen=True)
class OutputFinding:
    finding: Finding
    reason: str
    """The line that says why."""
    location: str = ""
    """File and line of the app's own code, as "app/pages.py:12"; empty if the output names none."""
    line: int = -1
    """The number of the line that says why."""
