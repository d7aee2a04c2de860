"""Forms of an imported app as pages in a browser have them and send them."""

import importlib
import json
import re
from dataclasses import replace
from typing import Any

from tests.served_apps import ImportedApp

_EMPTY_SECONDS = re.compile(r"(T\d\d:\d\d|^\d\d:\d\d):00$")


class Page:
    """The form of a row as an open page in a browser has it."""

    def __init__(self, app: ImportedApp, view: Any, part: str) -> None:
        self.app, self.view, self.part = app, view, part
        row_forms = importlib.import_module(f"{app.package}.row_forms")
        self.form = row_forms.form_of_row(view, app.keys.decode_key(view, part), part)
        self.start = self.form.snapshot.as_json()
        json.loads(json.dumps({name: held.text for name, held in self.form.inputs.items()}))

    @property
    def controls(self) -> dict[str, str]:
        """The texts that the browser would send from controls that nobody changed."""
        return {
            name: self._as_sent(self.view.by_name[name], held)
            for name, held in self.form.inputs.items()
            if held.shape != "readonly"
        }

    def _as_sent(self, field: Any, held: Any) -> str:
        text: str = held.text.encode(errors="surrogatepass").decode(errors="replace")
        if held.shape == "textarea" or "\n" in text:
            return text.replace("\n", "\r\n")
        if (held.type or self.app.form_values.type_of(field)) in ("datetime-local", "time"):
            return _EMPTY_SECONDS.sub(r"\1", text)  # such a control may shorten the text
        return text

    def save(self, **texts: str) -> str:
        saved = self.app.row_page.save_form(self.view, {"_snapshot": self.start, **texts})
        return str(saved.key)


def parts_of(app: ImportedApp, view: Any) -> list[str]:
    """The keys of all rows as they appear in addresses."""
    return [row.href.rpartition("/")[2] for row in app.all_rows(view, app.filters.Query(), 200)]


def with_widget(app: ImportedApp, view: Any, name: str, widget: str, **given: Any) -> Any:
    """The view with another widget for a field, and what else of it is given."""
    chosen = {"widget": app.views.Widget(widget), "choices": (), **given}
    fields = [replace(each, **chosen) if each.name == name else each for each in view.fields]
    return replace(view, fields=tuple(fields))
