"""The kinds of source there are. A new kind is one module and one line here."""

from proto_ddf.sources.csv_files import KIND as CSV
from proto_ddf.sources.excel_files import KIND as EXCEL
from proto_ddf.sources.json_files import KIND as JSON
from proto_ddf.sources.parquet_files import KIND as PARQUET
from proto_ddf.sources.protocol import SourceKind
from proto_ddf.sources.servers.kinds import MYSQL, POSTGRES
from proto_ddf.sources.sqlite import KIND as SQLITE

KINDS: dict[str, SourceKind] = {
    kind.name: kind for kind in (SQLITE, POSTGRES, MYSQL, CSV, EXCEL, JSON, PARQUET)
}
