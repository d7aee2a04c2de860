"""The kinds of source there are. A new kind is one module and one line here."""

from proto_ddf.sources import files, sqlite
from proto_ddf.sources.protocol import SourceKind

KINDS: dict[str, SourceKind] = {kind.name: kind for kind in (sqlite.KIND, files.KIND)}
