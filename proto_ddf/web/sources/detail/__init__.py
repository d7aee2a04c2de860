"""/sources/[id]: one source, its tables, its rows, and the types of its columns."""
