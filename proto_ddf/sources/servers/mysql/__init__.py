"""MySQL and MariaDB.

`server` connects, `dialect` reads; `servers.kinds` and `servers.dialects` import them.
"""
