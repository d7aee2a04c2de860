"""Views of injections for the injection panel."""

from collections.abc import Iterable

from pydantic import BaseModel

from proto_ddf.resilience.injection import InjectionSnapshot
from proto_ddf.resilience.policy import SYSTEM_DEFAULTS
from proto_ddf.web.resilience.injection_form import KINDS
from proto_ddf.web.resilience.views import system_label
from proto_ddf.web.shared.state.waiting import Wait, wait_of

_WITH_DETAIL = ("error", "latency", "outcome")
"""The kinds whose name needs a detail."""


class InjectionView(BaseModel):
    """One active injection."""

    id: int
    title: str
    where: str
    affects: str
    """Which calls, for people."""
    count: int
    """Affected calls so far."""
    ends: Wait
    """The time until it ends by itself."""


def injection_systems(known: Iterable[str]) -> dict[str, str]:
    """The systems that an injection can affect: label by name."""
    names = sorted({*SYSTEM_DEFAULTS, *known}, key=system_label)
    return {name: system_label(name) for name in names}


def injection_views(
    active: Iterable[InjectionSnapshot], before: Iterable[InjectionView]
) -> list[InjectionView]:
    """The views of active injections. `before` are the views shown now, whose waits are kept."""
    shown = {injection.id: injection for injection in before}
    return [_view(injection, shown.get(injection.id)) for injection in active]


def _view(injection: InjectionSnapshot, before: InjectionView | None) -> InjectionView:
    target = f": {injection.target}" if injection.target else ""
    return InjectionView(
        id=injection.id,
        title=KINDS[injection.kind]
        + (f" ({injection.detail})" if injection.kind in _WITH_DETAIL else ""),
        where=system_label(injection.system) + target,
        affects=_affected_calls(injection),
        count=injection.count,
        ends=wait_of(injection.seconds_left or 0.0, before.ends if before else None),
    )


def _affected_calls(injection: InjectionSnapshot) -> str:
    which = "" if injection.rate == 1 else f"{injection.rate * 100:.4g} % of "
    if injection.calls_left is None:
        return f"{which}the calls" if which else "every call"
    calls = (
        "the next call" if injection.calls_left == 1 else f"the next {injection.calls_left:,} calls"
    )
    return which + calls
