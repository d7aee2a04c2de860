"""From a schema to an app: `planning` makes the plan, `code` writes its files, `data` fills its database.

Callers import `spec` (the plan's types) and the functions of the three packages; `names` is for everything that is named.
"""
