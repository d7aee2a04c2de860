"""Which strategies may end an error, and in which order: by its class, then by what helped before."""

from collections.abc import Mapping, Sequence

from proto_ddf.operations.recovery.attempts import Effect
from proto_ddf.operations.recovery.model import Classified

_PRIOR_ATTEMPTS = 4
"""So many attempts count as much as the order below."""
_FIRST_PRIOR, _STEP = 0.8, 0.1
"""Expected success of the strategy that stands first, and how much less of each that follows."""

_BROKEN_BUILD = ("rebuild", "reinstall", "clear_caches")
_BROKEN_PACKAGES = ("reinstall", "clear_caches")
_BY_CODE: Mapping[str, Sequence[str]] = {
    "app_check_failed": ("restart", *_BROKEN_BUILD),
    "app_crashed": ("restart", *_BROKEN_BUILD),
    "app_start_failed": ("restart", *_BROKEN_BUILD),
    "process_killed": ("restart", "rebuild"),
    "build_failed": _BROKEN_BUILD,
    "install_failed": _BROKEN_PACKAGES,
    "package_damaged": ("clear_caches", "reinstall"),
    "port_in_use": ("other_port", "restart"),
    "disk_space_low": ("free_disk",),
    "circuit_open": ("wait_for_circuit",),
    "connection_lost": ("reconnect",),
    "too_many_connections": ("reconnect",),
    "source_changed": ("refresh_schema",),
    "table_unknown": ("refresh_schema",),
    "field_unknown": ("refresh_schema",),
}
"""The most promising first. A code that is not here is not repaired without asking: the network, a password, a right, or
the app's own code."""
_OUTSIDE_OWN_CODE: Mapping[str, Sequence[str]] = {
    "code_syntax_error": ("clear_caches", "reinstall"),
    "module_missing": _BROKEN_PACKAGES,
    "page_invalid": _BROKEN_BUILD,
    "process_failed": _BROKEN_BUILD,
}
"""The same, where the place of the failure is not in the app's own code but in packages or compiled pages, which are made
again. Where no place is known, only a missing module is looked for in the packages."""
_MADE = (".web/", "node_modules/", "utils/", "app/routes/", "app/root.")
"""Places in what is compiled or installed, as the bundler names them."""


def candidates(cause: Classified) -> Sequence[str]:
    """Names of the strategies for an error of this class, the most promising first."""
    known = _BY_CODE.get(cause.code)
    if is_made(cause.location) or (cause.code == "module_missing" and not cause.location):
        known = known or _OUTSIDE_OWN_CODE.get(cause.code)
    if known is None and cause.suggested_action == "rebuild":
        known = _BROKEN_BUILD
    return known or ()


def is_made(location: str) -> bool:
    """Whether the place is in what a build makes, and not in code of the app's owner."""
    place = location.removeprefix("./")
    return place.startswith(_MADE) or "/.web/" in place or "/node_modules/" in place


def by_effect(names: Sequence[str], effects: Mapping[str, Effect]) -> list[str]:
    """The names, those first that may help most: what the class suggests, weighed with how often each has helped."""

    def promise(name: str) -> float:
        prior = _FIRST_PRIOR - _STEP * names.index(name)
        seen = effects.get(name, Effect())
        return (seen.verified + _PRIOR_ATTEMPTS * prior) / (seen.attempts + _PRIOR_ATTEMPTS)

    return sorted(names, key=promise, reverse=True)
