"""/operations and /operations/[id]: the list of operations, and one operation."""
