"""Checks that run for the server's whole life: of the sources, and of Proto-DDF's own storage. Pages import what they show from
`source_watch`, `watched_source` and `storage_watch`."""
