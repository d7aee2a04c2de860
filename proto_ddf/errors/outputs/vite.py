"""Vite and its bundlers (Rolldown, Rollup, esbuild), as React Router runs them."""

import re

from proto_ddf.errors.drivers.finding import Finding
from proto_ddf.errors.outputs.bun import missing_module
from proto_ddf.errors.outputs.finding import OutputFinding
from proto_ddf.errors.outputs.plain import informative_lines

SIGN = r"Build failed|failed to load config from |vite\.config\."
_FAILED = re.compile(r".{0,40}Build failed (?:with \d+ errors?:|in )|failed to load config from ")
_CONFIG = re.compile(r"(?:\S+/)?vite\.config\.\w+ \(\d+:\d+\) \[")
_MARK = re.compile(r"(?:\[?[Ee]rror\]?:\s+)(?=\S)")
_MISSING = re.compile(
    r"(?:Could not|[Ff]ailed to|Unable to|Can't|Cannot) (?:resolve|find) (?:import |module |package |entry module )?"
    r"['\"`]([^'\"`]{1,300})['\"`]"
)
_PLACE = re.compile(r"\s*(?:╭─+)?\[ ?([^\s:\]?]+)(?:\?[^\s:\]]*)?:(\d+)(?::\d+)? ?\]")
_FILE = re.compile(r"(?:file: |\[plugin [^\]]{1,60}\] )(/[^\s:?]+)(?:\?[^\s:]*)?(?::(\d+))?")
_SYNTAX = re.compile(
    r"PARSE_ERROR|vite[-:]json|JSON_PARSE|[Uu]nexpected |Expected |Unterminated|SyntaxError|Transform failed|has already been declared"
    r"|already been declared|Parse error|Parse failure|`await` is only allowed|only allowed (?:in|within)|Invalid "
    r"|Identifier `|not closed|Unclosed|Unknown word|is not valid JSON|\bJSON\b"
)
_CSS = re.compile(r"vite:css|postcss|CssSyntaxError|\.css\b")


def read(lines: list[str], _exit_code: int | None) -> OutputFinding | None:
    heads = [number for number, line in enumerate(lines) if _FAILED.match(line)]
    configs = [number for number, line in enumerate(lines) if _CONFIG.match(line)]
    if not heads and not configs:
        return None
    begin = heads[-1] + 1 if heads else configs[0]
    said = [(number, line) for number, line in informative_lines(lines, begin) if line]
    if not said:
        return None
    number, first = said[0]
    reason = _MARK.sub("", first, count=1)
    words = " ".join(line for _, line in said[:15])
    loads_config = bool(heads) and "load config" in lines[heads[-1]]
    found = _of_words(words, loads_config)
    return OutputFinding(found, reason, _location(lines[number:]), number)


def _of_words(words: str, loads_config: bool) -> Finding:
    if missing := _MISSING.search(words):
        return missing_module(missing[1])
    if "MISSING_EXPORT" in words or "is not exported by" in words:
        return Finding("page_invalid", 0.95)
    if _SYNTAX.search(words) and "ENOENT" not in words:
        return Finding("code_syntax_error", 0.9)
    if _CSS.search(words):
        return Finding("page_invalid", 0.9)
    if loads_config or re.match(r"(?:Type|Reference|Range)?Error: ", words):
        return Finding("app_code_error", 0.8)
    return Finding("page_invalid", 0.8)


def _location(lines: list[str]) -> str:
    for line in lines[:40]:
        place = _PLACE.match(line) or _FILE.search(line)
        if place and "node_modules" not in place[1]:
            return f"{place[1]}:{place[2]}" if place[2] else place[1]
    return ""
