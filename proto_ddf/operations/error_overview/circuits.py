"""Circuits that refuse calls now."""

from pydantic import BaseModel

from proto_ddf.resilience import BreakerState, PolicySnapshot, policies


class OpenCircuit(BaseModel):
    """The circuit of one target that is open or half-open."""

    key: str
    name: str
    """Of the target, for people: "shop (source)"."""
    state: str
    """open, half_open, or forced_open if a person opened it."""
    failure: str
    """Title of the last failure."""
    retry_seconds: float
    """Until the next call is admitted, 0.0 for now."""


def open_circuits() -> list[OpenCircuit]:
    """Of this process, sorted by system and target."""
    found = [_view(each.snapshot()) for each in policies()]
    return [each for each in found if each]


def _view(policy: PolicySnapshot) -> OpenCircuit | None:
    breaker = policy.breaker
    if breaker is None or breaker.state is BreakerState.CLOSED:
        return None
    system = policy.system.replace("_", " ")
    return OpenCircuit(
        key=f"{policy.system}:{policy.target}",
        name=f"{policy.target} ({system})" if policy.target else system.capitalize(),
        state="forced_open" if breaker.forced else breaker.state.value,
        failure=breaker.last_failure,
        retry_seconds=breaker.retry_after,
    )
