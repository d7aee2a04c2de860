"""/sources: the list here, the form that connects a source in `connect`, one source in `detail`."""
