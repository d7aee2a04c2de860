"""The engine: a queue of runs on DBOS, what does a run, and what cleans up after a cancelled one. From elsewhere import
`engine.launch` and `engine.shutdown`, for the server; all else is for `operations`."""
