"""Writes the figures into docs/reliability.md. Rows that are not measured this time keep their earlier figures."""

import re
from collections.abc import Mapping
from pathlib import Path

from benchmarks.faults.conditions import FAULTS
from benchmarks.faults.trials import Cell
from benchmarks.faults.upstream import UPSTREAM_ROW

FILE = Path(__file__).resolve().parents[2] / "docs" / "reliability.md"
HEAD = "## Measured under faults"
COLUMNS = (
    *("generate app", "connect source", "save a row", "UI event"),
    *("outbox", "sign-in", "readiness"),
)
NOT_MEASURED = "not measured yet"
NO_UPSTREAM = "no meaning: it calls no other system"
NO_PAGE = "no meaning: no page does it"
NO_BODY = "no meaning: it sends no body"
WITHOUT_MEANING: Mapping[tuple[str, str], str] = {
    **{
        (UPSTREAM_ROW, name): NO_UPSTREAM for name in ("UI event", "outbox", "sign-in", "readiness")
    },
    **{(row, "readiness"): NO_PAGE for row in ("reload", "two tabs", "offline")},
    ("reset mid-body", "readiness"): NO_BODY,
}
Figures = Mapping[tuple[str, str], Cell]
"""By the names of the row and the column."""
Texts = Mapping[tuple[str, str], str]

TEXT = """Written by `make faults`; `python -m benchmarks.faults --columns outbox,sign-in down SIGKILL` measures only those rows and columns.
Each cell: trials: lost / doubled / unknown, and the 95th percentile of the recovery.

- **Lost**: acknowledged, and not stored. **Doubled**: stored more than once ("-" where a second time changes nothing). **Unknown**: not
  acknowledged within 60 s, an operation within 180 s. **Recovery**: from the end of the fault to the acknowledgement; where the fault
  lasts as long as the action (latency, bandwidth, slow close, slicing) the time of the whole action. Of five trials the longest.
- There are 100 trials if one takes less than a second, else 5. "Out of order" would be said where what is stored is not in the order in
  which it was done.
- Kills and stops come at a random moment of the first 30 ms, of connecting a source 0.3 s, of generating an app 4 s. Of the row
  "upstream" each trial has one of the three answers, in turn.
- **Generate app**, **connect source**: the form is submitted by `POST /api/outbox` under one id, and the operation that it starts is
  followed; Try Again, by the outbox too, if it failed. Acknowledged: it has succeeded. Stored: one operation was started, and there is
  one source with its schema, or one app with its folder and a page that is served. The source is a PostgreSQL database of one small
  table; the build is a real one.
- **Save a row**: the faults strike a generated app: one with an SQLite file of its own and, where a database server fails, one on
  PostgreSQL. In turn, a row is added whose key the database chooses, and a row is changed, by the app's `POST /api/outbox` under one id.
  What the app refuses is submitted again from the same form under a new id, as a person does who has read why. Stored: as often as
  a trigger of the database saw it written. Not measured: a kill of an app on a database server, after which it may have to ask
  whether a row was added ([Changes of rows](#changes-of-rows)).
- **UI event**: typing into a search field, by a websocket that connects again with the tab's token. **Outbox**: adding a note by
  `POST /api/outbox` under one id. **Sign-in**: a name and a password; stored is a session that is accepted. **Readiness**: asked until it
  says ready; stored is a page that is then served.
- **Reload**, **two tabs**, **offline**: on the real pages in Chromium. The page is reloaded within 30 ms of the press; both tabs press in
  the same moment, and one is closed at once; the browser is offline, and its connections are cut, from before the press until 0.3 s
  after it. An action is acknowledged when the page shows it, or has nothing left to send. The UI event is typing the name of a new
  app, which the tab keeps; who still sees the sign-in signs in again. The recovery includes the load of the page.
- In the other rows the clients speak the product's protocols without a browser, and try again after 0.05 to 1 s; the browser's scripts
  wait for 1 to 30 s, so that there the recovery takes longer.
"""
CONTROL_HEAD = "### With the protections off"
CONTROL_TEXT = """One trial each: what is submitted is sent without the id of its first attempt, once more if there was no answer (a row from a form
that is filled in anew), and an operation that failed is not tried again; the tab's event is sent once, and counts as done once it is
sent; sign-in and readiness are asked once. In Chromium the browser keeps nothing, and what was sent once counts as done. "Kept" means
that the fault did no harm even then.
"""
LIMITS = "\n## Limits\n"


def cell_text(cell: Cell) -> str:
    doubled = str(cell.doubled) if cell.can_double else "-"
    text = f"{len(cell.trials)}: {cell.lost} / {doubled} / {cell.unknown}, {cell.p95:.2f} s"
    return text if cell.is_ordered else f"{text}, out of order"


def control_text(cell: Cell) -> str:
    found = [name for name in ("lost", "doubled", "unknown") if getattr(cell, name)]
    return ", ".join(found) or "kept"


def document(known: str, measured: Figures, controls: Figures, machine: str) -> str:
    """The whole document: `known` with the section of these figures in place of the earlier one."""
    before, _, after = known.partition(LIMITS)
    before, _, earlier = before.partition(f"{HEAD}\n")
    earlier_measured, _, earlier_controls = earlier.partition(CONTROL_HEAD)
    texts = _read(earlier_measured) | {key: cell_text(cell) for key, cell in measured.items()}
    verdicts = _read(earlier_controls) | {key: control_text(cell) for key, cell in controls.items()}
    parts = [HEAD, "", TEXT, _table(texts), "", machine, "", CONTROL_HEAD, "", CONTROL_TEXT]
    return "\n".join([before.rstrip(), "", *parts, _table(verdicts), LIMITS + after])


def _table(texts: Texts) -> str:
    lines = [f"| | {' | '.join(COLUMNS)} |", "|---|" + "---|" * len(COLUMNS)]
    for fault in FAULTS:
        cells = [_text(texts, fault.name, column) for column in COLUMNS]
        lines.append(f"| {fault.name}: {fault.description} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _text(texts: Texts, row: str, column: str) -> str:
    return WITHOUT_MEANING.get((row, column)) or texts.get((row, column), NOT_MEASURED)


def _read(text: str) -> dict[tuple[str, str], str]:
    """The cells of an earlier table."""
    found: dict[tuple[str, str], str] = {}
    for line in re.findall(r"^\| (.+) \|$", text, flags=re.M):
        head, *cells = line.split(" | ")
        row = head.partition(":")[0]
        found |= {(row, name): cell for name, cell in zip(COLUMNS, cells, strict=False)}
    return found
