"""The kinds of operation around Codegen."""

from typing import Any

from proto_ddf.operations.escalation.codegen import apply_kinds
from proto_ddf.operations.escalation.codegen.fix_kind import CODEGEN_FIX
from proto_ddf.operations.escalation.codegen.repository_kind import CONNECT_REPOSITORY
from proto_ddf.operations.model import Kind

ALL: tuple[Kind[Any], ...] = (CODEGEN_FIX, CONNECT_REPOSITORY, *apply_kinds.ALL)
