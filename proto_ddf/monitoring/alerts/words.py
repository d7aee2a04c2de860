"""What alerts say: what happened, and what to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from proto_ddf.alert_settings import AlertRule

Priority = Literal["high", "critical"]


@dataclass(frozen=True)
class Words:
    """Templates; they know `subject` (its name for people), `value` and `threshold`."""

    title: str
    message: str
    hint: str
    link: str
    """The page with details."""
    priority: Priority = "high"


WORDS: Mapping[AlertRule, Words] = MappingProxyType(
    {
        "disk_low": Words(
            "Little disk space is left",
            "{value:,.0f} MB are free, less than {threshold:,.0f} MB. Generating apps and saving may fail soon.",
            "Free some space, or remove apps that nobody needs.",
            "/apps",
            "critical",
        ),
        "crash_loop": Words(
            "{subject} crashes again and again",
            "It crashed {value:.0f} times in a row.",
            "Its page shows why it crashed. It is started again a few times, with longer and longer waits.",
            "/apps/{id}",
        ),
        "breaker_trip": Words(
            "The circuit is open: {subject}",
            "So many calls failed that no more are made for now. Operations that need it fail at once.",
            "See whether it runs and can be reached. Calls go on by themselves once it answers.",
            "/resilience",
        ),
        "network_errors": Words(
            "Many network errors: {subject}",
            "{value:,.0f} attempts to call it failed recently.",
            "See whether it runs and can be reached.",
            "/resilience",
        ),
        "recovery_failed": Words(
            "A repair did not help: {subject}",
            "Repairs that failed since something last succeeded there: {value:.0f}.",
            "The incident's page shows what was tried, and what else can be.",
            "/errors",
        ),
        "failing_operations": Words(
            "{subject} fails more often than before",
            "Of its runs {value:.0f} percentage points fewer succeed than in the period before.",
            "The list of operations shows which of them failed, and why.",
            "/operations",
        ),
        "slow_operations": Words(
            "{subject} takes longer than before",
            "It takes {value:.1f} times as long as in the period before.",
            "See what else this machine does, and whether the sources answer quickly.",
            "/operations",
        ),
        "critical_errors": Words(
            "Critical errors",
            "There were {value:,.0f} critical errors within a short time.",
            "Begin with the incidents of critical severity.",
            "/errors",
            "critical",
        ),
        "high_error_rate": Words(
            "Many errors",
            "There were {value:,.0f} errors within a short time.",
            "Begin with the incidents that are escalating.",
            "/errors",
        ),
    }
)
_OTHER = Words("Alert: {rule}", "Its value is {value:,.1f}.", "", "/errors")


def words_of(rule: str) -> Words:
    """Also of a rule of another release."""
    return next((words for name, words in WORDS.items() if name == rule), _OTHER)
