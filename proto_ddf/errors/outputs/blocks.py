"""Python's tracebacks, taken apart: blocks of frames, each with its exception, and how the blocks are connected."""

import re
from dataclasses import dataclass, field

_BEGIN = re.compile(r"\s*\+? ?(?:Exception Group )?Traceback \(most recent call last\):$")
_FRAME = re.compile(r'\s+File "([^"]{1,1000})", line (\d{1,9})(?:, in (.{1,200}))?$')
_EXCEPTION = re.compile(r"((?:[A-Za-z_]\w{0,100}\.){0,20}[A-Za-z_]\w{0,100})(?:: ?(.*))?$")
_NAME = re.compile(
    r"(?!Error$)(?:\w+\.){0,20}(?:[A-Z]\w*(?:Error|Exception|Warning|Timeout|Interrupt|Failure|Exceeded|Exit|Redirects"
    r"|Cancelled|Expired|Group|Token|Protocol|URL))$|(?:\w+\.){1,20}[Ee]rror$"
)
_CAUSE = "The above exception was the direct cause of the following exception:"
_CONTEXT = "During handling of the above exception, another exception occurred:"
_GROUP_EDGE = re.compile(r"\s*(?:\+-[-+]{0,80}(?: [\d.]{1,9} -{1,80})?|[|+](?= |$))")
_OTHER_LANGUAGES = ("Bun v", "Node.js v", "npm error")
_MEMBER = re.compile(r"\s*\+-[-+]{0,80} [\d.]{1,9} -")
_MAX_MESSAGE_LINES = 12
_MAX_BLOCKS = 50
_LIBRARY = re.compile(r"/(?:site|dist)-packages/|/lib/python3(?:\.\d{1,2})?/|/proto_ddf/|^<")
"""Files that are not the app's own: packages, the standard library, Proto-DDF, and what has no file."""


@dataclass(frozen=True)
class Frame:
    path: str
    line: str
    function: str

    @property
    def is_own(self) -> bool:
        return _LIBRARY.search(self.path) is None


@dataclass
class Block:
    frames: list[Frame] = field(default_factory=list)
    name: str = ""
    """The exception's class, as "package.module.Class"."""
    message: list[str] = field(default_factory=list)
    line: int = -1
    """The number of the line that names the exception."""
    link: str = ""
    """"cause" or "context": how the block before is connected with this one."""

    @property
    def location(self) -> str:
        own = next((frame for frame in reversed(self.frames) if frame.is_own), None)
        return f"{own.path}:{own.line}" if own else ""


def read_blocks(lines: list[str]) -> list[Block]:
    """The last blocks, in the order of the output; blocks without an exception are left out."""
    in_group = any("Exception Group Traceback" in line for line in lines)
    blocks: list[Block] = []
    block: Block | None = None
    link = ""
    for number, written in enumerate(lines):
        line = _GROUP_EDGE.sub("", written, count=1) if in_group else written
        text = line.strip()
        if in_group and _MEMBER.match(written):
            block = Block(link=link)
            blocks.append(block)
        if text in (_CAUSE, _CONTEXT):
            link, block = ("cause" if text == _CAUSE else "context"), None
        elif "Traceback (" in line and _BEGIN.match(line):
            block = Block(link=link)
            blocks.append(block)
            link = ""
        elif 'File "' in line and (frame := _FRAME.match(line)):
            if block is None or block.name:  # a syntax error has no header
                block = Block(link=link)
                blocks.append(block)
                link = ""
            block.frames.append(Frame(frame[1], frame[2], frame[3] or ""))
        elif block is not None:
            block = _continue(block, line, text, number)
    return [block for block in blocks if block.name][-_MAX_BLOCKS:]


def _continue(block: Block, line: str, text: str, number: int) -> Block | None:
    """Add a line below the frames; None if the block ends with it."""
    if block.name:
        if not text or len(block.message) >= _MAX_MESSAGE_LINES:
            return None
        block.message.append(line)
        return block
    indented = line.startswith("    ") or (block.frames and line.startswith("  "))
    if indented or not text:
        return block
    exception = _EXCEPTION.match(text)
    if exception:
        block.name, block.line = exception[1], number
        block.message.append(exception[2] or "")
    return block


def lone_exception(lines: list[str]) -> Block | None:
    """The last line that is an exception without a traceback. JavaScript's look the same."""
    if any(line.startswith(_OTHER_LANGUAGES) for line in lines):
        return None
    for number in range(len(lines) - 1, -1, -1):
        exception = _EXCEPTION.match(lines[number])
        if exception and _NAME.match(exception[1]):
            following = [exception[2] or "", *lines[number + 1 : number + _MAX_MESSAGE_LINES]]
            return Block(name=exception[1], message=following, line=number)
    return None
