"""The actions of the table: each as the product's own client does it, and as one without protections does."""

from benchmarks.faults.columns.column import Column
from benchmarks.faults.columns.connect_source import ConnectSource
from benchmarks.faults.columns.generate_app import GenerateApp
from benchmarks.faults.columns.outbox import Outbox
from benchmarks.faults.columns.readiness import Readiness
from benchmarks.faults.columns.save_row import SaveRow, SaveRowOnServer
from benchmarks.faults.columns.sign_in import SignIn
from benchmarks.faults.columns.ui_event import UiEvent

__all__ = [
    "MEASURED",
    "Column",
    "ConnectSource",
    "GenerateApp",
    "Outbox",
    "Readiness",
    "SaveRow",
    "SaveRowOnServer",
    "SignIn",
    "UiEvent",
]

MEASURED: tuple[type[Column], ...] = (
    GenerateApp,
    ConnectSource,
    SaveRow,
    SaveRowOnServer,
    UiEvent,
    Outbox,
    SignIn,
    Readiness,
)
