"""/errors/[id]: one incident."""
