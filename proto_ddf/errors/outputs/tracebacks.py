"""Python's tracebacks: the exception is made again and judged as any other; only mistakes in the code are judged here."""

import re
import sys

from proto_ddf.errors import drivers
from proto_ddf.errors.causes import best_finding
from proto_ddf.errors.drivers import os_errors, text
from proto_ddf.errors.drivers.finding import SURE, Finding
from proto_ddf.errors.outputs import reflex
from proto_ddf.errors.outputs.blocks import Block, lone_exception, read_blocks
from proto_ddf.errors.outputs.finding import OutputFinding
from proto_ddf.errors.outputs.rebuild import rebuild

SIGN = (
    r'Traceback \(|File "|[Ee]rror|Exception|Warning|Timeout|Interrupt|Failure|Exceeded|Exit|Redirects'
    "|Cancelled|Expired|Group|Token|Protocol|URL"
)
_NO_MODULE = re.compile(r"No module named '?([\w.]{1,200})'?")
_NO_NAME = re.compile(
    r"cannot import name '.{1,200}' from (?:partially initialized module )?'([\w.]{1,200})'(.{0,500})"
)
_NO_LIBRARY = re.compile(r"[\w./+-]{1,300}\.so[\w.]{0,20}: cannot open shared object file")
_SYNTAX = frozenset({"SyntaxError", "IndentationError", "TabError"})
_RUST = re.compile(r"\(os error (\d{1,3})\)$")
"""How packages written in Rust end the text of an error of the operating system."""
_REFUSALS = frozenset({"EOFError", "KeyError", "LookupError", "RuntimeError", "ValueError"})
_LIBRARIES = tuple(
    (re.compile(pattern), code)
    for pattern, code in (
        (
            r"/(?:_compression|bz2|gzip|lzma|plistlib|tarfile|wave|zipfile|zipfile/__init__)\.py$|/xml/|/openpyxl/",
            "file_unreadable",
        ),
        (
            r"/(?:configparser|getopt|logging/config|netrc|optparse)\.py$|/zoneinfo/|/urllib/(?:request|parse)\.py$"
            r"|/http/client\.py$|-packages/(?:pydantic_settings|alembic)/|/sqlalchemy/engine/url\.py$",
            "configuration_invalid",
        ),
        (r"-packages/cryptography/", "secret_unreadable"),
        (r"/python3[\d.]*/email/", "value_refused"),
    )
)
_CALL_OF_PROGRAM = frozenset({"_execute_child", "create_subprocess_exec"})
_MISTAKE = 0.85
_SYNTAX_PLACE = re.compile(r"in file (\S{1,500}) on line (\d{1,9})")


def read(lines: list[str], _exit_code: int | None) -> OutputFinding | None:
    blocks = read_blocks(lines)
    lone = None if blocks else lone_exception(lines)
    if not blocks and lone is None:
        return None
    chain = _last_chain(blocks) if lone is None else [lone]
    last = chain[-1]
    words = f"{last.name}: {last.message[0]}" if last.message[0] else last.name
    return OutputFinding(_judge(chain), words, _location(chain), last.line)


def _judge(chain: list[Block]) -> Finding:
    if _is_group(chain[0]) and len(chain) > 2:
        error = _rebuild_group(chain)
        return best_finding(error) or _unknown(error)
    error = _rebuild_chain(chain)
    finding = _of_mistakes(chain) or best_finding(error)
    if finding is None or (finding.confidence < SURE and _is_plain(error)):
        return _unknown(error)
    return finding


def _location(chain: list[Block]) -> str:
    """The last own file that the newest block names; without one, an older block's."""
    place = _SYNTAX_PLACE.search(chain[-1].message[0])
    if place and chain[-1].name in _SYNTAX:
        return f"{place[1]}:{place[2]}"
    return next((block.location for block in reversed(chain) if block.location), "")


def _last_chain(blocks: list[Block]) -> list[Block]:
    """The blocks that are connected with the last one: by its causes, or as members of its group."""
    groups = [number for number, block in enumerate(blocks) if _is_group(block)]
    if groups and groups[-1] < len(blocks) - 1:
        return blocks[groups[-1] :]
    begin = len(blocks) - 1
    while begin > 0 and blocks[begin].link:
        begin -= 1
    return blocks[begin:]


def _is_group(block: Block) -> bool:
    return block.name.endswith("ExceptionGroup")


def _rebuild_group(chain: list[Block]) -> BaseException:
    members: list[list[Block]] = []
    for block in chain[1:]:
        if block.link and members:
            members[-1].append(block)
        else:
            members.append([block])
    return BaseExceptionGroup("", [_rebuild_chain(member) for member in members])


def _rebuild_chain(chain: list[Block]) -> BaseException:
    if _is_group(chain[0]) and len(chain) > 1:
        return _rebuild_chain(chain[1:])
    error: BaseException | None = None
    for block in chain:
        before, error = error, rebuild(block.name, block.message)
        if block.link == "cause":
            error.__cause__ = before
        elif block.link == "context":
            error.__context__ = before
    assert error is not None
    return error


def _of_mistakes(chain: list[Block]) -> Finding | None:
    """What frames and message tell together: of the last exception, or of the causes that it names."""
    for block in reversed(chain):
        if found := _of_mistake(block):
            return found
        error = rebuild(block.name, block.message)
        if block.link != "cause" or text.is_programming_error(error) or drivers.find(error):
            return None
    return None


def _of_mistake(last: Block) -> Finding | None:
    message = last.message[0]
    if last.name in _SYNTAX:
        return Finding("code_syntax_error", 0.95)
    if found := reflex.find(last):
        return found
    if last.name in {"ModuleNotFoundError", "ImportError"}:
        return _of_import(last, message)
    if last.name == "KeyError" and last.frames and last.frames[-1].path == "<frozen os>":
        return Finding("configuration_invalid", 0.95, {"reason": f"{message} is not set"})
    if last.name == "FileNotFoundError" and last.frames:
        return _of_missing_file(last, message)
    if last.name == "OSError" and _NO_LIBRARY.match(message):
        return Finding("module_missing", 0.95)
    if last.name == "EOFError" and message.startswith("EOF when reading"):
        return Finding("configuration_invalid", 0.85)
    if last.name in {"KeyboardInterrupt", "asyncio.exceptions.CancelledError"}:
        return Finding("cancelled", 0.95)
    if last.name == "LookupError" and message.startswith("unknown encoding"):
        return Finding("configuration_invalid", 0.9)
    if (number := _RUST.search(message)) and last.frames and not last.frames[-1].is_own:
        return os_errors.by_number(int(number[1]))
    if last.name in _REFUSALS and last.frames and (found := _of_library(last)):
        return found
    if last.name.endswith("ValidationError") and "for " in message and _is_settings(last):
        return Finding("configuration_invalid", 0.9)
    return None


def _of_library(block: Block) -> Finding | None:
    """A library that refuses a value with an exception of Python's own, by the file that raised it."""
    path = block.frames[-1].path
    reason = {"reason": block.message[0]}
    return next(
        (Finding(code, 0.85, reason) for pattern, code in _LIBRARIES if pattern.search(path)), None
    )


def _is_settings(block: Block) -> bool:
    return any("/pydantic_settings/" in frame.path for frame in block.frames)


def _of_missing_file(block: Block, message: str) -> Finding | None:
    if block.frames[-1].path.endswith("/ssl.py"):
        return Finding("certificate_unreadable", 0.9)
    if ".web" in message.rpartition(":")[2]:
        return Finding("build_failed", 0.9)
    if block.frames[-1].function in _CALL_OF_PROGRAM:
        return Finding("toolchain_missing", 0.9)
    return None


def _of_import(block: Block, message: str) -> Finding | None:
    if module := _NO_MODULE.match(message):
        own = _is_own_module(module[1], block)
        return Finding(
            "module_missing", 0.95, {"module": module[1]}, type="build" if own else "dependency"
        )
    if name := _NO_NAME.match(message):
        package = (
            "-packages/" in name[2]
            or name[1].partition(".")[0] in sys.stdlib_module_names
            or ("unknown location" in name[2] and not _is_own_module(name[1], block))
        )
        return Finding(
            "module_missing", 0.9, {"module": name[1]}, type="dependency" if package else "build"
        )
    if _NO_LIBRARY.match(message):
        return Finding("module_missing", 0.95)
    return Finding("module_missing", _MISTAKE, type="build")


def _is_own_module(module: str, block: Block) -> bool:
    """Whether the module belongs to the app: its package was found, or a file or folder of its name has code that ran."""
    top, _, inside = module.partition(".")
    if top in sys.stdlib_module_names:
        return False
    names = (f"/{top}/", f"/{top}.py")
    return bool(inside) or any(
        frame.is_own and any(name in frame.path for name in names) for frame in block.frames
    )


def _is_plain(error: BaseException) -> bool:
    """Whether the exception's class says nothing, so that its text, or its cause, is no more than a guess."""
    plain = text.is_programming_error(error) or type(error) in {Exception, RuntimeError}
    return plain and drivers.find(error) is None


def _unknown(error: BaseException) -> Finding:
    """An exception that no module knows. Mistakes in the code are known as such; of others nothing is."""
    confidence = _MISTAKE if text.is_programming_error(error) else SURE - 0.1
    return Finding("app_code_error", confidence)
