"""What Reflex says about an app in exceptions of Python's own classes."""

import re

from proto_ddf.errors import drivers
from proto_ddf.errors.drivers.finding import Finding
from proto_ddf.errors.outputs.blocks import Block
from proto_ddf.errors.outputs.rebuild import rebuild

_REFLEX = re.compile(r"-packages/reflex(?:_\w{1,60})?/")
_RULES = tuple(
    (re.compile(pattern), code)
    for pattern, code in (
        (r"Module .{1,200} not found\. Ensure app_name=", "configuration_invalid"),
        (r"module '[\w.]{1,200}' has no attribute '(?:app|config)'$", "configuration_invalid"),
        (r"(?:Route|Arg name|Catch-?all|Cannot use)", "configuration_invalid"),
        (r"Directory '.{0,1000}\.web.{0,1000}' does not exist", "build_failed"),
    )
)
_NOTE = "Happened while evaluating page"
_COMPILES = re.compile(
    r"/(?:compiler|components)/|/reflex_components|/reflex_base/(?:vars|event)/|/reflex/event\.py"
)


def find(block: Block) -> Finding | None:
    """The finding for an exception that Reflex's own code raised."""
    message = block.message[0]
    last = block.frames[-1].path if block.frames else ""
    if not (_REFLEX.search(last) or message.startswith("Directory '")):
        return None
    if block.name.startswith("reflex") and drivers.find(rebuild(block.name, block.message)) is None:
        return Finding("page_invalid", 0.85)
    for pattern, code in _RULES:
        if pattern.match(message):
            return Finding(code, 0.95)
    refuses = block.name in {"TypeError", "ValueError"}
    evaluating = any(line.startswith(_NOTE) for line in block.message)
    if refuses and (evaluating or _COMPILES.search(last)):
        return Finding("page_invalid", 0.9)
    return None
