"""From exceptions of drivers to error codes, one module per family of drivers.

Each module has `find(error) -> Finding | None`. A module is imported only for an exception of its library, because
then the library is loaded anyway. Libraries without error numbers are in `reported`, by the names of their classes.
"""

from importlib import import_module

from proto_ddf.errors.drivers.finding import Finding

_MODULES = {
    "builtins": "os_errors",
    "shutil": "os_errors",
    "asyncio": "os_errors",
    "socket": "network",
    "ssl": "network",
    "sqlite3": "sqlite",
    "sqlalchemy": "sqlalchemy",
    "psycopg": "psycopg",
    "pymysql": "pymysql",
    "duckdb": "duckdb",
    "_duckdb": "duckdb",
    "httpx": "http",
    "grpc": "grpc",
    "subprocess": "process",
    "psutil": "process",
    "pydantic_core": "pydantic",
    "zipfile": "file_formats",
    "_csv": "file_formats",
    "json": "file_formats",
}
"""From the root package of an exception class to the module for it."""


def find(error: BaseException) -> Finding | None:
    """The finding of the module for the exception's class, or for its nearest base class that has one."""
    for kind in type(error).__mro__:
        module = _MODULES.get(kind.__module__.partition(".")[0])
        if module is None:
            continue
        finding: Finding | None = import_module(f"{__name__}.{module}").find(error)
        if finding is not None:
            return finding
    found: Finding | None = import_module(f"{__name__}.reported").find(error)
    return found
