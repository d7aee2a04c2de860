"""From a schema to an app: `planning` makes the plan, `code` writes its files, `data` fills its database.

Callers import `spec` (the types of the plan) and the functions of the three packages. `names` makes and checks names.
"""
