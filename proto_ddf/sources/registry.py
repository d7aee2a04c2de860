"""The kinds of source there are. A new kind is one module and one line here."""

from proto_ddf.sources.files.csv.kind import KIND as CSV
from proto_ddf.sources.files.excel.kind import KIND as EXCEL
from proto_ddf.sources.files.json.kind import KIND as JSON
from proto_ddf.sources.files.parquet import KIND as PARQUET
from proto_ddf.sources.protocol import SourceKind
from proto_ddf.sources.servers.kinds import MYSQL, POSTGRES
from proto_ddf.sources.sqlite.source import KIND as SQLITE

KINDS: dict[str, SourceKind] = {
    kind.name: kind for kind in (SQLITE, POSTGRES, MYSQL, CSV, EXCEL, JSON, PARQUET)
}
