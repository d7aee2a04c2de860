"""Every type of the three databases, each with values that are difficult for Python, for a browser, or for both."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TypeCase:
    """A column type and values of it, each written in SQL."""

    name: str
    """Name of the table that has a column `v` of this type."""
    declared: str
    values: tuple[str, ...]
    key: bool = True
    """Whether the database allows a primary key of this type."""
    before: tuple[str, ...] = ()
    """Statements that create the type."""


def _case(
    name: str, declared: str, *values: str, key: bool = True, before: tuple[str, ...] = ()
) -> TypeCase:
    return TypeCase(name, declared, values, key, before)


_ZONE = "'2024-05-01 10:00:00.5+02'"

POSTGRESQL = (
    _case("a_bool", "boolean", "true", "false"),
    _case("a_int2", "smallint", "-32768", "0", "32767"),
    _case("a_int4", "integer", "-2147483648", "0", "2147483647"),
    _case("a_int8", "bigint", "-9223372036854775808", "9007199254740993", "9223372036854775807"),
    _case("a_oid", "oid", "0", "4294967295"),
    _case(
        "a_numeric",
        "numeric",
        *("'NaN'", "'Infinity'", "'-Infinity'", "0", "1.50", "18446744073709551616"),
        *("123456789012345678901234567890.0123456789", "-0.000000000000000000001", "1e30"),
    ),
    _case("a_money_like", "numeric(12, 2)", "0.10", "-9999999999.99", "'NaN'"),
    _case("a_scale_minus", "numeric(3, -2)", "12300"),
    _case("a_float4", "real", "0.1", "'NaN'", "'Infinity'", "'-Infinity'", "'-0'", "1e-30", "16777217"),
    _case(
        "a_float8",
        "double precision",
        *("0.1", "'NaN'", "'Infinity'", "'-Infinity'", "'-0'", "1e300", "5e-324", "1e-05", "2.5"),
        *("0.30000000000000004", "123456789012345680"),
    ),
    _case("a_money", "money", "12.50", "-3", "'92233720368547758.07'"),
    _case(
        "a_text",
        "text",
        *("''", "' '", "'  both  '", r"E'two\nlines'", r"E'first\r\nsecond'", r"E'tab\there'", "'None'"),
        *("'new'", "'~x'", "'50% \"off\" \\'", "'<b>&amp;</b>'", "'😀 e\u0301'", "repeat('long ', 100)"),
        *("'1'", "'01'", "'true'", "'null'", r"E'\u2028'", r"E'\r'", r"E'\n'", r"E'\u0001'"),
    ),
    _case("a_varchar", "varchar(20)", "''", r"E'a\nb'", "'plain'"),
    _case("a_char", "char(5)", "'ab'", "'     '", "''"),
    _case("a_onechar", '"char"', "'a'", "''"),
    _case("a_name", "name", "'x'", "'Y'"),
    _case("a_citext", "citext", "'Nick'", "'b'"),
    _case("a_bytea", "bytea", r"'\x'", r"'\x00ff'", r"'\x31'"),
    _case("a_date", "date", "'2024-02-29'", "'infinity'", "'-infinity'", "'0044-03-15 BC'", "'10000-01-01'", "'0001-01-01'", "'9999-12-31'", "'5874897-12-31'"),
    _case("a_time", "time", "'24:00'", "'00:00'", "'23:59:59.999999'", "'12:34:56.7'", "'12:34'"),
    _case("a_time0", "time(0)", "'24:00'", "'12:34:56'"),
    _case("a_timetz", "timetz", "'24:00+00'", "'17:00+02'", "'17:00:00.5-03:30'", "'00:00+15:59:59'"),
    _case("a_timestamp", "timestamp", "'infinity'", "'-infinity'", "'0044-03-15 10:00:00 BC'", "'10000-01-01'", "'294276-12-31 23:59:59.999999'", "'2024-05-01 10:00:00.123456'", "'2024-05-01 10:00'"),
    _case("a_timestamptz", "timestamptz", "'infinity'", "'-infinity'", "'0044-03-15 10:00:00 BC'", "'10000-01-01'", _ZONE, "'1890-01-01 00:00+00:19:32'", "'0001-01-01 00:00+00'"),
    _case("a_interval", "interval", "'1 day 02:00:00'", "'-1 mon'", "'0'", "'1 year -3 days 04:05:06.789'"),
    _case("a_uuid", "uuid", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'", "'ffffffff-ffff-ffff-ffff-ffffffffffff'"),
    _case("a_json", "json", "'{\"a\":  1.10}'", "'[]'", "'\"x\"'", "'null'", "'1.0'", "'{\"a\":1,\"a\":2}'", key=False),
    _case("a_jsonb", "jsonb", "'{\"b\": 1.10}'", "'[]'", "'\"x\"'", "'null'", "'1e3'"),
    _case("a_xml", "xml", "'<a>1</a>'", "'<a/>'", key=False),
    _case("a_enum", "grade", "'low'", "'high'", "'it''s \"odd\"'", before=("CREATE TYPE grade AS ENUM ('low', 'mid', 'high', 'it''s \"odd\"')",)),
    _case("a_enums", "grade[]", "'{}'", "'{low,high}'"),
    _case("a_ints", "integer[]", "'{}'", "'{1,NULL,3}'", "'[0:1]={1,2}'", "'{{1,2},{3,4}}'"),
    _case("a_texts", "text[]", "'{}'", """'{"a, b","c\\"d",NULL,"NULL"}'"""),
    _case("a_varchars", "varchar(20)[]", "'{a,b}'"),
    _case("a_decimals", "numeric(10, 2)[]", "'{1.50,NaN}'"),
    _case("a_jsons", "json[]", "'{1}'", key=False),
    _case("a_points", "point[]", "'{\"(1,2)\"}'", key=False),
    _case("a_dates", "date[]", "'{infinity,2024-01-01}'"),
    _case("a_times", "time[]", "'{24:00}'"),
    _case("a_hstore", "hstore", "'k=>v'", "'k=>NULL'", "''", before=("CREATE EXTENSION IF NOT EXISTS hstore", "CREATE EXTENSION IF NOT EXISTS citext")),
    _case("a_int4range", "int4range", "'[1,5)'", "'empty'", "'(,)'"),
    _case("a_numrange", "numrange", "'[1.1,2.2]'", "'empty'"),
    _case("a_daterange", "daterange", "'[2024-01-01,infinity]'", "'empty'"),
    _case("a_tsrange", "tsrange", "'[2024-01-01 00:00,)'", "'empty'"),
    _case("a_tstzrange", "tstzrange", "'[2024-01-01 00:00+00,)'"),
    _case("a_multirange", "int4multirange", "'{[1,3),[5,7)}'", "'{}'"),
    _case("a_ownrange", "floatrange", "'[1.5,2.5)'", before=("CREATE TYPE floatrange AS RANGE (subtype = float8)",)),
    _case("a_bit", "bit(4)", "B'1010'", "B'0000'"),
    _case("a_varbit", "bit varying(8)", "B'1'", "B''"),
    _case("a_inet", "inet", "'10.0.0.1'", "'10.0.0.0/8'", "'::1'"),
    _case("a_cidr", "cidr", "'10.0.0.0/8'"),
    _case("a_macaddr", "macaddr", "'08:00:2b:01:02:03'"),
    _case("a_macaddr8", "macaddr8", "'08:00:2b:01:02:03:04:05'"),
    _case("a_point", "point", "'(1,2)'", "'(0.1,-0)'", key=False),
    _case("a_line", "line", "'{1,2,3}'", key=False),
    _case("a_lseg", "lseg", "'[(0,0),(1,1)]'", key=False),
    _case("a_box", "box", "'(1,1),(0,0)'", key=False),
    _case("a_path", "path", "'((0,0),(1,1))'", key=False),
    _case("a_polygon", "polygon", "'((0,0),(1,1),(1,0))'", key=False),
    _case("a_circle", "circle", "'<(0,0),1>'", key=False),
    _case("a_tsvector", "tsvector", "'a fat cat'", "''"),
    _case("a_tsquery", "tsquery", "'fat & cat'"),
    _case("a_lsn", "pg_lsn", "'16/B374D848'"),
    _case("a_snapshot", "pg_snapshot", "'10:20:10,14,15'", key=False),
    _case("a_xid8", "xid8", "'42'"),
    _case("a_xid", "xid", "'42'", key=False),
    _case("a_regclass", "regclass", "'pg_class'"),
    _case("a_jsonpath", "jsonpath", "'$.a'", key=False),
    _case("a_aclitem", "aclitem", "'=r/admin'", key=False),
    _case("a_positive", "positive", "3", before=("CREATE DOMAIN positive AS integer CHECK (VALUE > 0)",)),
    _case("a_email", "email_address", "'a@b.c'", before=("CREATE DOMAIN email_address AS text CHECK (VALUE LIKE '%%@%%')",)),
    _case("a_hours", "closing", "'24:00'", before=("CREATE DOMAIN closing AS time",)),
    _case("a_labels", "labels", "'{a,b}'", before=("CREATE DOMAIN labels AS text[]",)),
    _case("a_composite", "pair", "ROW(1, 'a,b')", "ROW(NULL, '')", before=("CREATE TYPE pair AS (n integer, t text)",)),
    _case("a_composite_json", "jpair", "ROW(1, '{}')", key=False, before=("CREATE TYPE jpair AS (n integer, j json)",)),
    _case("a_composites", "pair[]", "ARRAY[ROW(1, 'x')::pair]"),
)  # fmt: skip

MYSQL = (
    _case("a_bool", "boolean", "0", "1", "5", "-1"),
    _case("a_tinyint", "tinyint", "-128", "127"),
    _case("a_utinyint", "tinyint unsigned", "0", "255"),
    _case("a_smallint", "smallint", "-32768", "32767"),
    _case("a_mediumint", "mediumint", "-8388608", "8388607"),
    _case("a_int", "int", "-2147483648", "2147483647"),
    _case("a_zerofill", "int(5) zerofill", "7"),
    _case("a_bigint", "bigint", "-9223372036854775808", "9007199254740993", "9223372036854775807"),
    _case("a_ubigint", "bigint unsigned", "0", "9223372036854775808", "18446744073709551615"),
    _case("a_decimal", "decimal(12, 2)", "0.10", "-9999999999.99"),
    _case("a_wide", "decimal(65, 30)", "12345678901234567890123456789012345.012345678901234567890123456789", "-0.000000000000000000000000000001"),
    _case("a_udecimal", "decimal(10, 0) unsigned", "5"),
    _case("a_float", "float", "0.1", "-0.0", "1e-30", "16777217", "3.4028234e38"),
    _case("a_float72", "float(7, 2)", "0.1", "12345.67"),
    _case("a_double", "double", "0.1", "1e300", "1e-05", "0.30000000000000004", "-0e0", "1.7976931348623157e308"),
    _case("a_bit1", "bit(1)", "0", "1"),
    _case("a_bit8", "bit(8)", "b'10000001'", "0"),
    _case("a_bit64", "bit(64)", "18446744073709551615", "0"),
    _case("a_year", "year", "0", "1901", "2155"),
    _case("a_date", "date", "'2024-02-29'", "'0000-00-00'", "'2024-00-15'", "'2024-05-00'", "'9999-12-31'", "'0001-01-01'"),
    _case("a_datetime", "datetime", "'2024-05-01 10:00:00'", "'0000-00-00 00:00:00'", "'2024-05-00 10:00:00'"),
    _case("a_datetime6", "datetime(6)", "'2024-05-01 10:00:00.123456'", "'2024-05-01 10:00:00.5'", "'0000-00-00 00:00:00.000001'"),
    _case("a_timestamp", "timestamp", "'2024-05-01 10:00:00'", "'0000-00-00 00:00:00'"),
    _case("a_timestamp6", "timestamp(6)", "'2024-05-01 10:00:00.123456'"),
    _case("a_time", "time", "'01:02:03'", "'26:03:04'", "'-00:00:01'", "'838:59:59'", "'-838:59:59'", "'24:00:00'"),
    _case("a_time6", "time(6)", "'01:02:03.5'", "'-00:00:00.000001'", "'100:00:00.25'"),
    _case("a_char", "char(5)", "'ab'", "''", "'a b'"),
    _case(
        "a_varchar",
        "varchar(500)",
        *("''", "' '", "'  both'", r"'two\nlines'", r"'first\r\nsecond'", r"'tab\there'", "'None'", "'new'"),
        *("'~x'", "'50% \"off\" \\\\'", "'<b>&amp;</b>'", "'😀 e\u0301'", "repeat('long ', 90)", r"'a\0b'"),
        *("'1'", "'01'", "'true'", "'\u2028'", r"'\r'", r"'\n'", r"'\Z'"),
    ),
    _case("a_latin1", "varchar(20) character set latin1", "'Söhne'", "'x'"),
    _case("a_binary_text", "varchar(20) collate utf8mb4_bin", "'A'", "'a'"),
    _case("a_tinytext", "tinytext", "''", r"'a\nb'", key=False),
    _case("a_text", "text", "''", r"'a\nb'", "repeat('x', 5000)", key=False),
    _case("a_longtext", "longtext", "'x'", key=False),
    _case("a_binary", "binary(4)", "x'00ff0031'", "'ab'"),
    _case("a_varbinary", "varbinary(16)", "x''", "x'00ff'", "x'31'", "'new'"),
    _case("a_blob", "blob", "x''", "x'00ff'", key=False),
    _case("a_longblob", "longblob", "x'c3'", key=False),
    _case("a_enum", "enum('new', 'done', 'it''s', '5')", "'new'", "'wrong'", "'it''s'", "'5'", "''"),
    _case("a_set", "set('a', 'b', 'c')", "''", "'a,c'", "'b'"),
    _case("a_json", "json", "'{\"a\":  1.10}'", "'[]'", "'null'", key=False),
    _case("a_uuid", "uuid", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"),
    _case("a_inet4", "inet4", "'10.0.0.1'"),
    _case("a_inet6", "inet6", "'fe80::1'", "'::'"),
    _case("a_point", "point", "ST_GeomFromText('POINT(1 2)')", key=False),
    _case("a_geometry", "geometry", "ST_GeomFromText('LINESTRING(0 0, 1 1)')", key=False),
    _case("a_polygon", "polygon", "ST_GeomFromText('POLYGON((0 0, 1 1, 1 0, 0 0))')", key=False),
)  # fmt: skip

_ANYTHING = (
    *("0", "1", "-1", "5", "2.5", "1e300", "9e999", "9223372036854775807", "1700000000", "2460000.5"),
    *("'t'", "'f'", "'Y'", "'yes'", "''", "' '", "'many'", "'None'", "'new'", "'1'", "'01'", "'1.10'", "'2.50'"),
    *("'2024-02-29'", "'2024-05-01 10:00:00'", "'2024-05-01T10:00:00'", "'2024-05-01T10:00:00+02:00'"),
    *("'2024-05-01T11:30:00Z'", "'2024-05-01 10:00:00.5'", "'2024-05-01 10:00'", "'01/03/1985'", "'0000-00-00'"),
    *("'yesterday'", "'24:00'", "'24:00:00'", "'07:15'", "'25:10'", "'00:59:41.250'", "'infinity'", "'NaN'"),
    *("'a' || char(10) || 'b'", "'a' || char(13, 10) || 'b'", "char(13)", "'a' || char(0) || 'b'", "'😀'"),
    *("x''", "x'00ff'", "x'31'", "CAST(x'ff41' AS TEXT)", "CAST(x'636166e9' AS TEXT)", "'{\"a\":  1}'"),
    *("printf('%.600c', 'x')", "'12345678901234567890'", "18446744073709551616", "'-0'", "-0.0", "'1_000'"),
)  # fmt: skip
_DECLARED = {
    "an_integer": "INT",
    "a_bigint": "BIGINT",
    "a_decimal": "DECIMAL(10, 2)",
    "a_numeric": "NUMERIC",
    "a_real": "REAL",
    "a_boolean": "BOOLEAN",
    "a_date": "DATE",
    "a_datetime": "DATETIME",
    "a_timestamp": "TIMESTAMP",
    "a_time": "TIME",
    "a_text": "TEXT",
    "a_varchar": "VARCHAR(20)",
    "a_nocase": "TEXT COLLATE NOCASE",
    "a_json": "JSON",
    "a_blob": "BLOB",
    "an_uuid": "UUID",
    "a_string": "STRING",
    "without": "",
}

SQLITE = tuple(_case(name, declared, *_ANYTHING) for name, declared in _DECLARED.items())
"""Any value in any column."""

CASES = {"postgresql": POSTGRESQL, "mysql": MYSQL, "sqlite": SQLITE}


def statements(dialect: str) -> list[str]:
    """Statements that create and fill the tables: for each type, one table with a plain key and one whose key is of
    the type."""
    made = {
        "mysql": ["SET SESSION sql_mode = ''"],
        "postgresql": ["SET client_min_messages = error"],
    }.get(dialect, [])
    cases = CASES[dialect]
    made += [statement for case in cases for statement in case.before]
    for case in cases:
        made.append(
            f"CREATE TABLE {case.name} (id integer PRIMARY KEY, word varchar(20), v {case.declared})"
        )
        values = [*case.values, "NULL", *case.values[:2]]
        made += [
            f"INSERT INTO {case.name} VALUES ({number}, 'w', {value})"
            for number, value in enumerate(values, 1)
        ]
        if case.key:
            made.append(
                f"CREATE TABLE by_{case.name} (v {case.declared} PRIMARY KEY, word varchar(20))"
            )
            insert = "INSERT OR IGNORE" if dialect == "sqlite" else "INSERT"
            conflict = {"postgresql": " ON CONFLICT DO NOTHING"}.get(dialect, "")
            insert = "INSERT IGNORE" if dialect == "mysql" else insert
            made += [
                f"{insert} INTO by_{case.name} VALUES ({value}, 'w'){conflict}"
                for value in case.values
            ]
    return made


WIDE_ROWS = 9


def wide_table(dialect: str) -> list[str]:
    """Statements that create and fill the table `everything`: it has a column of each type, and each of its rows
    holds other values."""
    begin = {
        "mysql": ["SET SESSION sql_mode = ''"],
        "postgresql": ["SET client_min_messages = error"],
    }
    cases = CASES[dialect]
    made = begin.get(dialect, []) + [statement for case in cases for statement in case.before]
    columns = ", ".join(f"c_{case.name} {case.declared}" for case in cases)
    made.append(f"CREATE TABLE everything (id integer PRIMARY KEY, word varchar(20), {columns})")
    for row in range(1, WIDE_ROWS + 1):
        values = ", ".join(_spread(case.values, row, at) for at, case in enumerate(cases))
        made.append(f"INSERT INTO everything VALUES ({row}, 'w', {values})")
    return made


def _spread(values: tuple[str, ...], row: int, column: int) -> str:
    """A value for each row, spread over the whole list, and for each column a different one of the same list."""
    step = max(1, len(values) // WIDE_ROWS)
    return values[(row * step + column) % len(values)]
