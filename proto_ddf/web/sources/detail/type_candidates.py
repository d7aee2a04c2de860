"""Types that columns of texts are offered, in words for the page of a source, and what accepting one comes to."""

from dataclasses import dataclass, field

from proto_ddf.errors import ValidationError
from proto_ddf.operations.kinds.source_inputs import TypeColumnInput
from proto_ddf.sources.connected import store
from proto_ddf.sources.schema.column_types import ChosenType
from proto_ddf.sources.schema.model import OddText, TypeCandidate

TYPE_WORDS = {
    ChosenType.TEXT: "text",
    ChosenType.INTEGER: "integer",
    ChosenType.DECIMAL: "decimal",
    ChosenType.NUMBER_COMMA: "number, decimal comma (1.234,50)",
    ChosenType.NUMBER_GROUPED: "number, thousands separators (1,234.50)",
    ChosenType.FLOAT: "float",
    ChosenType.BOOLEAN: "boolean",
    ChosenType.DATE: "date",
    ChosenType.DATE_DAY_FIRST: "date, day first (31/12/2024)",
    ChosenType.DATE_MONTH_FIRST: "date, month first (12/31/2024)",
    ChosenType.DATETIME: "date and time",
    ChosenType.DATETIME_DAY_FIRST: "date and time, day first (31/12/2024 14:30)",
    ChosenType.DATETIME_MONTH_FIRST: "date and time, month first (12/31/2024 14:30)",
    ChosenType.TIME: "time",
}
"""The types that a person can choose for a column, in words."""


@dataclass
class CandidateRow:
    """A type that is suggested for a text column, as text for the page."""

    type: str = ""
    words: str = ""
    """"2 different texts are written otherwise:"."""
    odd: list[str] = field(default_factory=list)
    """"“-” becomes empty (3 times, first in row 7)"."""
    button: str = ""
    """"Make it decimal"."""


def candidate_row(candidate: TypeCandidate) -> CandidateRow:
    """A candidate in words."""
    words = TYPE_WORDS[candidate.type]
    rest = candidate.odd_count - len(candidate.odd)
    odd = [_odd_words(odd) for odd in candidate.odd]
    several = (
        f"{candidate.odd_count:,} different texts are" if candidate.odd_count != 1 else "1 text is"
    )
    return CandidateRow(
        type=candidate.type.value,
        words=f"{several} written otherwise:" if odd else "Its texts could be read as this:",
        odd=[*odd, f"and {rest:,} more, all of which can be read"] if rest else odd,
        button=f"Make it {words}",
    )


def _odd_words(odd: OddText) -> str:
    times = "once" if odd.count == 1 else f"{odd.count:,} times, first"
    becomes = "becomes empty" if odd.value is None else f"is read as {odd.value}"
    return f"“{odd.text}” {becomes} ({times} in row {odd.row:,})"


def accepted(source_id: str, table: str, column: str, chosen: str) -> TypeColumnInput | None:
    """What is to be done for a candidate; None if it is not made any more."""
    try:
        found = store.get_source(source_id).schema.table(table).column(column)
    except (ValidationError, KeyError):
        return None
    for candidate in found.type_candidates:
        if candidate.type == chosen:
            return TypeColumnInput(
                source_id=source_id,
                table=table,
                column=column,
                type=candidate.type,
                empty=list(candidate.empty),
            )
    return None
