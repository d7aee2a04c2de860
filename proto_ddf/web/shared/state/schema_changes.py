"""The changes that a refresh of a source last found, for its page."""

from dataclasses import dataclass, field

from proto_ddf.sources.connected.store import SourceView
from proto_ddf.sources.schema.diff import ChangeLine


@dataclass
class ChangesView:
    summary: str = ""
    """ "1 column added"; empty if no change was ever found."""
    found_at: str = ""
    """ISO 8601, with zone."""
    lines: list[ChangeLine] = field(default_factory=list)


def changes_view(source: SourceView | None) -> ChangesView:
    if source is None or source.found is None:
        return ChangesView()
    found = source.found
    return ChangesView(found.changes.summary(), found.found_at, found.changes.lines())
