"""/sources: the list is here, the form that connects a source in `connect`, the page of one source in `detail`."""
