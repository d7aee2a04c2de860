"""The kinds of source there are. A new kind is one module and one line here."""

from proto_ddf.sources.files import KIND as FILES
from proto_ddf.sources.protocol import SourceKind
from proto_ddf.sources.sqlite import KIND as SQLITE

KINDS: dict[str, SourceKind] = {kind.name: kind for kind in (SQLITE, FILES)}
