"""Loops that go on for the server's life: whether sources answer, and whether what is kept can be kept. Pages import what they
show from `source_watch`, `watched_source` and `storage_watch`."""
