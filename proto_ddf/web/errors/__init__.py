"""/errors and /errors/[id]: the list of incidents, and one incident."""
