"""A report as the bytes of its file."""

from pathlib import Path
from typing import Any

import jinja2

from proto_ddf.monitoring.reports.contents import Content
from proto_ddf.monitoring.reports.options import ReportFormat
from proto_ddf.monitoring.reports.sections import document

# Characters that HTML does not allow.
_CONTROL = {code: "�" for code in (*range(32), *range(127, 160)) if chr(code) not in "\t\n\r"}


def _without_control(value: Any) -> Any:
    return value.translate(_CONTROL) if isinstance(value, str) else value


_TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    finalize=_without_control,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
)


def render(content: Content, report_format: ReportFormat) -> bytes:
    """The file. Both formats have the same figures."""
    if report_format == "json":
        return content.model_dump_json(indent=2).encode()
    page = _TEMPLATES.get_template("page.html.jinja").render(document=document(content))
    return page.encode()
