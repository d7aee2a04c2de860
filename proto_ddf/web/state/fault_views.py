"""Injected faults as the fault panel shows them."""

from collections.abc import Iterable

from pydantic import BaseModel

from proto_ddf.resilience.faults import FaultSnapshot
from proto_ddf.resilience.policy import SYSTEM_DEFAULTS
from proto_ddf.web.state.fault_draft import KINDS
from proto_ddf.web.state.resilience_views import system_label
from proto_ddf.web.state.waiting import Wait, wait_of

_WITH_DETAIL = ("error", "latency", "outcome")
"""The kinds whose name alone says too little."""


class FaultView(BaseModel):
    """One active fault."""

    id: int
    title: str
    where: str
    strikes: str
    """Which calls, for people."""
    struck: int
    """Calls so far."""
    ends: Wait
    """Until it ends by itself."""


def fault_systems(known: Iterable[str]) -> dict[str, str]:
    """What a fault can strike: label by name."""
    names = sorted({*SYSTEM_DEFAULTS, *known}, key=system_label)
    return {name: system_label(name) for name in names}


def fault_views(active: Iterable[FaultSnapshot], before: Iterable[FaultView]) -> list[FaultView]:
    """`before` is what is shown now: its waits go on."""
    shown = {fault.id: fault for fault in before}
    return [_view(fault, shown.get(fault.id)) for fault in active]


def _view(fault: FaultSnapshot, before: FaultView | None) -> FaultView:
    target = f": {fault.target}" if fault.target else ""
    return FaultView(
        id=fault.id,
        title=KINDS[fault.kind] + (f" ({fault.detail})" if fault.kind in _WITH_DETAIL else ""),
        where=system_label(fault.system) + target,
        strikes=_strikes(fault),
        struck=fault.struck,
        ends=wait_of(fault.seconds_left or 0.0, before.ends if before else None),
    )


def _strikes(fault: FaultSnapshot) -> str:
    which = "" if fault.rate == 1 else f"{fault.rate * 100:.4g} % of "
    if fault.calls_left is None:
        return f"{which}the calls" if which else "every call"
    calls = "the next call" if fault.calls_left == 1 else f"the next {fault.calls_left:,} calls"
    return which + calls
