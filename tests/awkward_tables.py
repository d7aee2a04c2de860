"""The same awkward tables for each kind of database server: odd names, all kinds of keys and of values."""

from tests.servers.database_server import Database

ODD = 'odd %s: "names" of `it\'s` \\'
"""A name with every character that has a meaning in SQL or for a driver."""
ODD_COLUMNS = (
    *(
        "%s",
        "%(x)s",
        "a b",
        "select",
        '"q"',
        "`b`",
        "it's",
        ":c",
        "Ünï",
        "x;--",
        "\\n",
        "100%",
        "{0}",
    ),
    *("size", "cursor_0", "cursor_1", "name", "value", "user", "rowid", "ctid_", "class", "Select"),
)
"""Some of them are names that the app's own statements use."""


def _odd_table(quote: str) -> str:
    def quoted(name: str) -> str:
        return f"{quote}{name.replace(quote, quote * 2)}{quote}"

    distinct = {name.lower(): name for name in ODD_COLUMNS}
    columns = ", ".join(f"{quoted(name)} varchar(20)" for name in distinct.values())
    return f"CREATE TABLE {quoted(ODD)} ({quoted('i d')} integer PRIMARY KEY, {columns})"


POSTGRES = [
    "CREATE TYPE mood AS ENUM ('new', 'paid', 'it''s \"odd\"')",
    'CREATE SCHEMA "stock room"',
    """CREATE TABLE customers (
        id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "Full Name" varchar(40) NOT NULL,
        email varchar(80) UNIQUE, joined date, vip boolean NOT NULL DEFAULT true, "class" text)""",
    """CREATE TABLE orders (
        id bigserial PRIMARY KEY, customer_id integer REFERENCES customers (id),
        placed timestamptz(6), changed timestamp, status mood DEFAULT 'new',
        total numeric(12, 2) CHECK (total >= 0 OR total = -1), rate real, exact double precision,
        note text, payload jsonb, wake time, picture bytea)""",
    """CREATE TABLE lines (
        order_id bigint REFERENCES orders (id) ON DELETE CASCADE, line_no smallint,
        item varchar(5) NOT NULL DEFAULT 'it''s', "left" smallint, PRIMARY KEY (order_id, line_no))""",
    """CREATE TABLE remarks (
        id serial PRIMARY KEY, order_id bigint, line_no smallint, words text,
        FOREIGN KEY (order_id, line_no) REFERENCES lines (order_id, line_no) ON DELETE SET NULL)""",
    """CREATE TABLE tokens (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(), label text, net inet, span interval,
        tags integer[], plain json, fixed char(6))""",
    """CREATE TABLE codes (
        code varchar(10) PRIMARY KEY, pair_a integer, pair_b integer, UNIQUE (pair_a, pair_b))""",
    "CREATE TABLE rates (day date, amount numeric(30, 10), at timestamp, PRIMARY KEY (day, amount, at))",
    "CREATE TABLE no_key (word text, amount integer)",
    'CREATE TABLE "stock room".bins (id serial PRIMARY KEY, name text, '
    "customer_id integer REFERENCES customers (id))",
    "CREATE VIEW large_orders AS SELECT id, total, note FROM orders WHERE total > 100",
    _odd_table('"'),
]
MYSQL = [
    """CREATE TABLE customers (
        id integer AUTO_INCREMENT PRIMARY KEY, `Full Name` varchar(40) NOT NULL,
        email varchar(80) UNIQUE, joined date, vip boolean NOT NULL DEFAULT true, `class` text)""",
    """CREATE TABLE orders (
        id bigint AUTO_INCREMENT PRIMARY KEY, customer_id integer, placed datetime(6), changed timestamp NULL,
        status enum('new', 'paid', 'it''s "odd"') DEFAULT 'new',
        total decimal(12, 2) CHECK (total >= 0 OR total = -1), rate float, exact double,
        note text, payload json, wake time, picture blob, FOREIGN KEY (customer_id) REFERENCES customers (id))""",
    """CREATE TABLE `lines` (
        order_id bigint, line_no smallint, item varchar(5) NOT NULL DEFAULT 'it''s', `left` smallint,
        PRIMARY KEY (order_id, line_no), FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE CASCADE)""",
    """CREATE TABLE remarks (
        id integer AUTO_INCREMENT PRIMARY KEY, order_id bigint, line_no smallint, words text,
        FOREIGN KEY (order_id, line_no) REFERENCES `lines` (order_id, line_no) ON DELETE SET NULL)""",
    """CREATE TABLE tokens (
        id uuid PRIMARY KEY DEFAULT uuid(), label text, net inet6, flags bit(5), yes bit(1), born year,
        some set('a', 'b', 'c'), fixed char(6))""",
    """CREATE TABLE codes (
        code varchar(10) PRIMARY KEY, pair_a integer, pair_b integer, UNIQUE pairs (pair_a, pair_b))""",
    """CREATE TABLE rates (
        day date, amount decimal(30, 10), at datetime, PRIMARY KEY (day, amount, at))""",
    "CREATE TABLE no_key (word text, amount integer)",
    "CREATE VIEW large_orders AS SELECT id, total, note FROM orders WHERE total > 100",
    _odd_table("`"),
]
_TABLES: dict[str, list[str]] = {"postgresql": POSTGRES, "mysql": MYSQL}


def make_tables(database: Database) -> None:
    """Create and fill the awkward tables."""
    database.run(*_TABLES[database.server.kind])
    fill(database)


def fill(database: Database) -> None:
    """Insert rows with nulls, repeated values, capital letters and special characters of every kind."""
    connection = database.connect()
    mysql = database.server.kind == "mysql"
    quote = "`" if mysql else '"'
    add = connection.cursor().executemany
    words = [
        "Ada/1",
        "O'Neil & Söhne",
        "éa",
        "ZOË",
        "zoë",
        '50% "off"',
        "_x_",
        "back\\slash",
        "c:d",
    ]
    add(
        f"INSERT INTO customers ({quote}Full Name{quote}, email, joined, vip, {quote}class{quote}) "
        "VALUES (%s, %s, %s, %s, %s)",
        [
            (
                f"{words[n % 9]} {n}",
                f"c{n}@example.com" if n % 3 else None,
                f"20{n % 20 + 10}-0{n % 9 + 1}-1{n % 10}" if n % 4 else None,
                n % 2 == 0,
                ["", None, "first", "First"][n % 4],
            )
            for n in range(1, 31)
        ],
    )
    moods = ["new", "paid", 'it\'s "odd"', None]
    add(
        "INSERT INTO orders (customer_id, placed, changed, status, total, rate, exact, note, payload, wake, "
        "picture) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [
            (
                n % 30 + 1 if n % 11 else None,
                f"2024-05-{n % 28 + 1:02} 10:00:00.00012{n % 3}" if n % 6 else None,
                f"2024-06-{n % 3 + 1:02} 10:00:00" if n % 5 else None,
                moods[n % 4],
                n * 2.25 if n % 7 else None,
                (n % 5) / 10 if n % 9 else None,
                n / 3,
                "Once upon a time. " * (n % 12),
                f'{{"a": {n % 4}}}' if n % 2 else None,
                f"0{n % 9}:30:00" if n % 3 else None,
                bytes(n) if n % 2 else None,
            )
            for n in range(1, 64)
        ],
    )
    add(
        f"INSERT INTO {quote}lines{quote} (order_id, line_no, item, {quote}left{quote}) VALUES (%s, %s, %s, %s)",
        [(n, m, f"i{m}", n % 3 or None) for n in range(1, 21) for m in range(1, 4)],
    )
    add(
        "INSERT INTO remarks (order_id, line_no, words) VALUES (%s, %s, %s)",
        [(n % 20 + 1, n % 3 + 1, f"word {n}") for n in range(20)],
    )
    if mysql:
        add(
            "INSERT INTO tokens (label, net, flags, yes, born, some, fixed) VALUES (%s, %s, %s, %s, %s, %s, %s)",
            [
                (
                    f"t{n}",
                    f"fe80::{n}",
                    n % 32 if n % 4 else None,
                    n % 2,
                    2000 + n % 7,
                    "a,c",
                    f"f{n}",
                )
                for n in range(25)
            ],
        )
    else:
        add(
            "INSERT INTO tokens (label, net, span, tags, plain, fixed) VALUES (%s, %s, %s, %s, %s, %s)",
            [
                (
                    *(f"t{n}", f"10.0.0.{n % 9}" if n % 4 else None, f"{n % 5} mons {n} hours"),
                    *([n, n + 1], f'{{"n": {n}}}', f"f{n}"),
                )
                for n in range(25)
            ],
        )
    add(
        "INSERT INTO codes VALUES (%s, %s, %s)",
        [("new", 1, 1), ("~x", 1, 2), ("ä ö/ü?#%", None, 3), ("plain", 2, None)],
    )
    add(
        "INSERT INTO rates VALUES (%s, %s, %s)",
        [
            (f"2024-0{n % 3 + 1}-01", f"{n}.0000000001", f"2024-05-01 0{n % 8}:00:0{n % 2}")
            for n in range(20)
        ],
    )
    add(
        "INSERT INTO no_key VALUES (%s, %s)",
        [(None if n % 5 == 0 else f"w{n % 4}", n % 6) for n in range(50)],
    )
    if not mysql:
        add(
            'INSERT INTO "stock room".bins (name, customer_id) VALUES (%s, %s)',
            [(f"bin {n}", n % 30 + 1) for n in range(12)],
        )
    connection.close()
