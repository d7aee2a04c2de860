"""How often attempts to repair helped."""

from collections import Counter, defaultdict
from collections.abc import Mapping

from sqlalchemy import func, select
from sqlmodel import Session, col

from proto_ddf.db.tables import IncidentRecord, RecoveryAttemptRecord, RecoveryState
from proto_ddf.monitoring.analytics.results import RecoveryRate, RecoveryRates
from proto_ddf.monitoring.analytics.time_range import TimeRange

_KEYS = ("strategy", "type", "code", "component")
_ENDED = (RecoveryState.VERIFIED, RecoveryState.FAILED)


def recovery_rates(opened: Session, time_range: TimeRange) -> RecoveryRates:
    attempt, incident = RecoveryAttemptRecord, IncidentRecord
    keys = [col(attempt.strategy), *(col(getattr(incident, name)) for name in _KEYS[1:])]
    finished, state = col(attempt.finished_at), col(attempt.state)
    within = (finished >= time_range.begin, finished < time_range.until)
    query = (
        select(*keys, state, func.count())
        .join(incident, col(incident.id) == col(attempt.incident_id), isouter=True)
        .where(state.in_(_ENDED), *within)
        .group_by(*keys, state)
    )
    counts: dict[str, dict[str, Counter[RecoveryState]]] = {
        name: defaultdict(Counter) for name in _KEYS
    }
    for *names, its_state, count in opened.execute(query).all():
        for key, name in zip(_KEYS, names, strict=True):
            if name is not None:  # its incident was removed
                counts[key][name][its_state] += count
    all_together = sum(counts["strategy"].values(), Counter[RecoveryState]())
    return RecoveryRates(
        begin=time_range.begin,
        end=time_range.end,
        all=_rate("", all_together),
        **{f"by_{key}": _rates(of_key) for key, of_key in counts.items()},
    )


def _rates(counts: Mapping[str, Counter[RecoveryState]]) -> list[RecoveryRate]:
    rates = [_rate(name, its) for name, its in counts.items()]
    return sorted(rates, key=lambda each: (-each.attempts, each.name))


def _rate(name: str, counts: Counter[RecoveryState]) -> RecoveryRate:
    attempts, verified = counts.total(), counts[RecoveryState.VERIFIED]
    return RecoveryRate(
        name=name,
        attempts=attempts,
        verified=verified,
        success_rate=verified / attempts if attempts else None,
    )
