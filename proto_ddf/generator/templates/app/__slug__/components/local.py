"""Dates, times and numbers formatted for the reader, by the language and locale of the browser."""

import reflex as rx

_local = rx.vars.FunctionStringVar.create(
    "local", _var_data=rx.vars.VarData(imports={"$/public/local.js": "local"})
)
"""The function of assets/local.js."""


def local(kind: rx.Var[str] | str, text: rx.Var[str]) -> rx.Var[str]:
    """The text, formatted for the reader.

    `kind` is "date", "datetime", "time", "month", "year", "number", "integer" (one of four digits may be a year),
    "percent", or "count" for a text with whole numbers in it. A text of any other kind stays as it is.
    """
    return _local(kind, text).to(str)


def writer(kind: str) -> rx.Var[str]:
    """The function that a chart calls to format its texts of that kind."""
    return _local.partial(kind)
