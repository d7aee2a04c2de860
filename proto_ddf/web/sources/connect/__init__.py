"""/sources/new: the form that tests and connects a source, with its files, secrets and draft."""
