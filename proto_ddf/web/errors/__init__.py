"""/errors: the recorded errors."""
