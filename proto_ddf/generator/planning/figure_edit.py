"""Changes of a plan's key figures by a person. As in plan_edit.py, each function returns a new AppSpec."""

from proto_ddf.errors.types import ValidationError
from proto_ddf.generator.names import field_identifier
from proto_ddf.generator.planning.chart_edit import MEASURES, value_of
from proto_ddf.generator.planning.key_figures import MOST_FIGURES
from proto_ddf.generator.planning.plan_edit import find_table
from proto_ddf.generator.planning.titles import figure_title
from proto_ddf.generator.spec import AppSpec, KeyFigureSpec


def add_figure(
    spec: AppSpec, *, table: str, measure: str = "count", value_column: str | None = None
) -> AppSpec:
    """The plan with one more key figure; its title is generated."""
    if len(spec.key_figures) >= MOST_FIGURES:
        message = f"A dashboard has at most {MOST_FIGURES} key figures."
        raise ValidationError(message, "key_figures", table)
    new = spec.model_copy(deep=True)
    figure = KeyFigureSpec(
        id="",
        title="",
        table=table,
        measure=measure,
        value_column=None if measure == "count" else value_column,
    )
    value = value_of(new, table, measure, figure.value_column)
    figure.title = figure_title(find_table(new, table), measure, value)
    if any(_same(figure, other) for other in new.key_figures):
        raise ValidationError("The dashboard has this key figure.", "key_figures", figure.title)
    taken = {each.id for each in new.key_figures}
    figure.id = field_identifier(figure.title, taken, len(new.key_figures) + 1)
    new.key_figures.append(figure)
    return new


def set_figure_title(spec: AppSpec, figure_id: str, title: str) -> AppSpec:
    """Change a title; an empty one is generated."""
    new = spec.model_copy(deep=True)
    figure = new.key_figures[_index(new, figure_id)]
    value = value_of(new, figure.table, figure.measure, figure.value_column)
    automatic = figure_title(find_table(new, figure.table), figure.measure, value)
    figure.title = " ".join(title.split()) or automatic
    return new


def remove_figure(spec: AppSpec, figure_id: str) -> AppSpec:
    new = spec.model_copy(deep=True)
    del new.key_figures[_index(new, figure_id)]
    return new


def move_figure(spec: AppSpec, figure_id: str, by: int) -> AppSpec:
    """Move a figure by that many places; at either end it stays."""
    new = spec.model_copy(deep=True)
    moved = new.key_figures.pop(at := _index(new, figure_id))
    new.key_figures.insert(max(0, at + by), moved)
    return new


def figure_is_valid(spec: AppSpec, figure: KeyFigureSpec) -> bool:
    """Whether the plan still has all that a key figure needs."""
    if figure.measure not in MEASURES:
        return False
    try:
        find_table(spec, figure.table)
        value_of(spec, figure.table, figure.measure, figure.value_column)
    except ValidationError:
        return False
    return True


def _same(first: KeyFigureSpec, second: KeyFigureSpec) -> bool:
    ignored = {"id", "title"}
    return first.model_dump(exclude=ignored) == second.model_dump(exclude=ignored)


def _index(spec: AppSpec, figure_id: str) -> int:
    for index, figure in enumerate(spec.key_figures):
        if figure.id == figure_id:
            return index
    raise ValidationError("There is no such key figure.", "key_figures", figure_id)
