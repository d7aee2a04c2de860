"""MySQL and MariaDB.

`server` says how to connect, `dialect` how to read; both are found by the packages above by name.
"""
