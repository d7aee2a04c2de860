"""/errors: the errors people met."""
