"""Changes of a plan's navigation by a person. As in plan_edit.py, each function returns a new AppSpec."""

from proto_ddf.errors.types import ValidationError
from proto_ddf.generator.planning.navigation import is_link
from proto_ddf.generator.planning.plan_edit import find_table
from proto_ddf.generator.spec import AppSpec, Section


def set_section(spec: AppSpec, table: str, section: Section | str) -> AppSpec:
    """Move a table to another section of the navigation."""
    new = spec.model_copy(deep=True)
    planned = find_table(new, table)
    if section not in sections_for(spec, table):
        message = f'"{planned.label}" cannot be in this section.'
        raise ValidationError(message, "section", str(section))
    planned.section = Section(section)
    if all(each.section is Section.NONE for each in new.tables):
        raise ValidationError("An app needs at least one page.", "section", str(section))
    return new


def sections_for(spec: AppSpec, table: str) -> tuple[Section, ...]:
    """The sections that a table can have. Only a table that connects two others can do without a page."""
    pages = (Section.MAIN, Section.LOOK_UP, Section.REPORT)
    return (*pages, Section.NONE) if is_link(find_table(spec, table)) else pages


def move_table(spec: AppSpec, table: str, by: int) -> AppSpec:
    """Move a table up (-1) or down (1) in its section; at either end it stays."""
    new = spec.model_copy(deep=True)
    moved = find_table(new, table)
    section = [each for each in new.tables if each.section is moved.section]
    place = section.index(moved) + by
    if not 0 <= place < len(section):
        return new
    neighbour = new.tables.index(section[place])
    new.tables.remove(moved)
    new.tables.insert(neighbour, moved)
    return new
