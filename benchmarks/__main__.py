"""`python -m benchmarks` runs every group of benchmarks, `python -m benchmarks resilience` only that one.

Each group has a process of its own: settings are read once, and hosting sets a home of its own.
"""

import subprocess
import sys

GROUPS = (
    "resilience",
    "redaction",
    "classification",
    "catalogue",
    "error_intake",
    "dashboard",
    "databases",
    "export",
    "files",
    "hosting",
    "idle",
    "event_guard",
    "bad_connections",
    "open_pages",
)


def main(names: list[str]) -> None:
    if unknown := [name for name in names if name not in GROUPS]:
        sys.exit(f"No benchmarks of {', '.join(unknown)}; there are {', '.join(GROUPS)}.")
    for name in names or GROUPS:
        subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=True)


if __name__ == "__main__":
    main(sys.argv[1:])
