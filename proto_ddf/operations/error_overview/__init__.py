"""What an operator sees of errors: how things stand now, figures over time, and what belongs to one incident.

Only reads. `situation` and `figures` are for the page of all errors, `history` and `code_around` for that of one.
"""
