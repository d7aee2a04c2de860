"""Which columns of a list a person sees, and in which order.

A choice is written as names separated by commas, in order; a column that is hidden has a "-" before its name. The
browser keeps it, so it may be any text.
"""

from .views import TableView

HIDDEN = "-"


def choice_of(view: TableView, written: str) -> dict[str, bool]:
    """All columns that the list can show, in their order, and whether each is shown; at least one is."""
    found: dict[str, bool] = {}
    known = {field.name for field in view.visible_fields}
    for part in written.split(","):
        name = part.removeprefix(HIDDEN)
        if name in known:
            found[name] = name == part
    if not any(found.values()):
        found = dict.fromkeys(view.default_columns, True)
    return found | {field.name: False for field in view.visible_fields if field.name not in found}


def written(choice: dict[str, bool]) -> str:
    """The choice as text."""
    return ",".join(name if shown else HIDDEN + name for name, shown in choice.items())


def shown_columns(choice: dict[str, bool]) -> list[str]:
    """The columns that are shown, in their order."""
    return [name for name, is_shown in choice.items() if is_shown]


def moved(choice: dict[str, bool], name: str, by: int) -> dict[str, bool]:
    """The choice with a column one place (or more) further; at either end it stays."""
    order = list(choice)
    place = max(0, order.index(name) + by)
    order.remove(name)
    order.insert(place, name)
    return {each: choice[each] for each in order}
