"""The actions of the table: each as the product's own client does it, and as one without protections does."""

from benchmarks.faults.columns.column import Column
from benchmarks.faults.columns.outbox import Outbox
from benchmarks.faults.columns.readiness import Readiness
from benchmarks.faults.columns.sign_in import SignIn
from benchmarks.faults.columns.ui_event import UiEvent

__all__ = ["MEASURED", "Column", "Outbox", "Readiness", "SignIn", "UiEvent"]

MEASURED: tuple[type[Column], ...] = (UiEvent, Outbox, SignIn, Readiness)
