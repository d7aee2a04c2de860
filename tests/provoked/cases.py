"""The provoked failures of this folder, and how they are classified and compared with their labels."""

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from proto_ddf import errors
from proto_ddf.errors.classify import Classification, classify

FOLDER = Path(__file__).parent
ROUNDS_ASIDE = ("fifth_",)
"""A round that was made after the last change of the classification, and never looked at."""
_EXPECT = re.compile(r"# expect: (\w+)/(\w+)/(\w+) retryable=(True|False)")
_EXIT_CODE = re.compile(r"^exit code (-?\d+)$", re.MULTILINE)


@dataclass(frozen=True)
class Case:
    id: str
    category: str
    type: str
    severity: str
    retryable: bool
    text: str

    @property
    def is_kept_aside(self) -> bool:
        """A third of the fourth round, by the digest of the id, and the whole fifth; the rest was learned from."""
        number = int(hashlib.sha256(self.id.encode()).hexdigest(), 16)
        return self.id.startswith(ROUNDS_ASIDE) or (
            self.id.startswith("fourth_") and number % 3 == 0
        )

    def classify(self) -> Classification:
        """As a step that failed is classified: the exception says only that, the text is what the child wrote."""
        code = _EXIT_CODE.findall(self.text)
        error = errors.SystemError("a program failed", "child", code="process_failed")
        return classify(error, self.text, {"exit_code": int(code[-1])} if code else None)

    def is_right(self, found: Classification) -> bool:
        """Whether type and retryable are both those of the label."""
        return (found.type, found.retryable) == (self.type, self.retryable)


@lru_cache
def cases() -> tuple[Case, ...]:
    return tuple(_read(path) for path in sorted(FOLDER.glob("*.txt")))


def _read(path: Path) -> Case:
    head, _, text = path.read_text(encoding="utf-8").partition("# ---\n")
    expect = _EXPECT.search(head)
    assert expect, path
    category, kind, severity, retryable = expect.groups()
    return Case(path.stem, category, kind, severity, retryable == "True", text)
