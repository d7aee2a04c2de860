"""AppSpec -> the files of an app.

Every file under `templates/app/` becomes a file of the app:

- A path that ends in `.jinja` is rendered with Jinja (undefined names are errors, no HTML escaping, block lines leave
  no blank line) and loses that ending. Other files are copied unchanged.
- A name with a database before its ending, as in `dialect.mysql.py`, is only for apps on that database, and loses that
  part: `sqlite`, `postgresql`, `mysql`, or `server` for the last two.
- `__slug__` in a path becomes the app's slug. A path with `__table__` is rendered once for each table, with the table's
  `name` in its place.
- The context is `spec` (AppSpec), and `table` (TableSpec) if the path has `__table__`. The default
  port numbers are `app_port`, `postgresql_port` and `mysql_port`.
- Filters (literals.py): `py` for a Python literal of any plain value, above all text; `docstring` for a whole
  docstring; `comment` and `markdown` for one safe line; `json`. Everything a person can type goes through one of them;
  only `spec.slug`, `table.name`, `table.route` and `field.name` are safe without a filter. Never put the output of `py`
  inside an f-string or another literal.
- `app.json`, the spec itself, is added. Ruff sorts the imports of all Python files and formats them, and they must
  parse.
"""

import re
import subprocess
from functools import cache
from pathlib import Path, PurePosixPath

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError
from ruff import find_ruff_bin  # type: ignore[import-untyped]

from proto_ddf import errors
from proto_ddf.generator.code.atomic_replace import atomic_replace, temporary_folder
from proto_ddf.generator.code.literals import FILTERS
from proto_ddf.generator.code.model_types import imported_types, model_type
from proto_ddf.generator.names import TEMPLATES
from proto_ddf.generator.spec import AppSpec, TableSpec
from proto_ddf.port_numbers import MYSQL_PORT, POSTGRESQL_PORT, STANDALONE_APP_PORT

RUFF_TIMEOUT = 30.0
"""Seconds; formatting an app of 200 tables takes about one."""

_DATABASE = re.compile(r"\.(sqlite|postgresql|mysql|server)(?=\.)")
_SAFE_NAME = re.compile(r"[a-z][a-z0-9_]*")
_SAFE_ROUTE = re.compile(r"[a-z0-9][a-z0-9-]*")
_RUFF_OPTIONS = (
    *("--isolated", "--no-cache", "--no-respect-gitignore", "--quiet"),
    *("--config", "line-length = 100", "--config", "exclude = []", "--target-version", "py311"),
)


def render_app(spec: AppSpec, folder: Path, *, templates: Path = TEMPLATES) -> None:
    """Write the app's files to `folder`, in place of its old content.

    All or nothing: the files are made beside `folder` and replace it at once. Entries that are not code stay: data/,
    .web/, .states/, logs/, .env, .submissions.db and .views.db. Can be repeated after a kill.

    Raises:
        SystemError: code render_failed, if the spec or a template gives no valid code, or the files cannot be written
            (the cause is the OSError).
    """
    files = render_files(spec, templates)
    try:
        _write(files, folder)
    except OSError as error:
        path = error.filename or folder
        raise _failed(f"{(error.strerror or str(error)).lower()}: {path}") from error


def _write(files: dict[str, bytes], folder: Path) -> None:
    with temporary_folder(folder) as new_folder:
        for name, content in files.items():
            path = new_folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        _format(new_folder)
        _check_syntax(new_folder)
        atomic_replace(new_folder, folder)


def render_files(spec: AppSpec, templates: Path = TEMPLATES) -> dict[str, bytes]:
    """The app's files by relative path, before formatting.

    Raises:
        SystemError: code render_failed.
    """
    _check_names(spec)
    environment = _environment(templates)
    files = {"app.json": spec.model_dump_json(indent=2).encode() + b"\n"}
    for source in _template_paths(templates):
        if not _is_for(source, spec):
            continue
        tables: list[TableSpec | None] = list(spec.tables) if "__table__" in source else [None]
        for table in tables:
            content = _render_one(environment, templates, source, spec, table)
            files[_target(source, spec, table)] = content
    return files


def _render_one(
    environment: Environment, templates: Path, source: str, spec: AppSpec, table: TableSpec | None
) -> bytes:
    if not source.endswith(".jinja"):
        return (templates / source).read_bytes()
    context = {"spec": spec} if table is None else {"spec": spec, "table": table}
    try:
        return environment.get_template(source).render(context).encode()
    except (TemplateError, TypeError, ValueError, AttributeError, KeyError) as error:
        raise _failed(f"{source}: {error}", file=source) from error


def _is_for(source: str, spec: AppSpec) -> bool:
    only = _DATABASE.search(source)
    return (
        only is None
        or only[1] == spec.dialect
        or (only[1] == "server" and spec.dialect != "sqlite")
    )


def _target(source: str, spec: AppSpec, table: TableSpec | None) -> str:
    target = _DATABASE.sub("", source.removesuffix(".jinja")).replace("__slug__", spec.slug)
    return target if table is None else target.replace("__table__", table.name)


@cache
def _environment(templates: Path) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(templates),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701  (Python and Markdown, not HTML; see literals.py)
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(FILTERS)
    environment.globals.update(
        model_type=model_type,
        imported_types=imported_types,
        app_port=STANDALONE_APP_PORT,
        postgresql_port=POSTGRESQL_PORT,
        mysql_port=MYSQL_PORT,
    )
    return environment


def _template_paths(templates: Path) -> list[str]:
    found = (path for path in templates.rglob("*") if path.is_file())
    relative = (PurePosixPath(path.relative_to(templates)) for path in found)
    return sorted(str(path) for path in relative if "__pycache__" not in path.parts)


def _check_names(spec: AppSpec) -> None:
    """Check the names that go into code and paths without a filter, because a spec may come back from a page."""
    names = [table.name for table in spec.tables]
    routes = [table.route for table in spec.tables]
    fields = [field.name for table in spec.tables for field in table.fields]
    for name in (spec.slug, *names, *fields):
        if not _SAFE_NAME.fullmatch(name):
            raise _failed(f"unsafe name {name!r} in the plan")
    for route in routes:
        if not _SAFE_ROUTE.fullmatch(route):
            raise _failed(f"unsafe route {route!r} in the plan")
    if len(set(names)) < len(names) or len(set(routes)) < len(routes):
        raise _failed("two tables of the plan share a name")
    if not re.fullmatch(r"[a-z]+", spec.accent_color):
        raise _failed(f"unsafe colour {spec.accent_color!r} in the plan")


def _format(folder: Path) -> None:
    _ruff(folder, "check", "--select", "I", "--fix")
    _ruff(folder, "format")


def _ruff(folder: Path, *command: str) -> None:
    argv = [find_ruff_bin(), *command, *_RUFF_OPTIONS, "."]
    try:
        done = subprocess.run(
            argv, cwd=folder, capture_output=True, text=True, timeout=RUFF_TIMEOUT
        )
    except subprocess.TimeoutExpired as error:
        raise _failed(f"formatting took longer than {RUFF_TIMEOUT:.0f} s") from error
    if done.returncode:
        raise _failed((done.stderr or done.stdout).strip()[:500])


def _check_syntax(folder: Path) -> None:
    # Not ast.parse: before Python 3.11.8 it fails at random in threads (CPython issue 106905).
    for path in sorted(folder.rglob("*.py")):
        try:
            compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
        except (SyntaxError, ValueError) as error:
            name = str(path.relative_to(folder))
            raise _failed(f"{name}: {error}", file=name) from error


def _failed(detail: str, **context: str) -> errors.SystemError:
    return errors.SystemError(
        f"The app's code could not be written: {detail}",
        component="render",
        code="render_failed",
        reason=detail,
        **context,
    )
