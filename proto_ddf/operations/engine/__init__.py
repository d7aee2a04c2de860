"""The engine: the queue of runs on DBOS, the runner, and the clean-up after cancelled operations. The server imports
`engine.launch` and `engine.shutdown`; everything else is for `operations` only."""
