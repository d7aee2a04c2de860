"""The journal: the only record of operations, their steps and their outputs. `journal` writes operations as wholes, `running`
what a run does, and `records` reads what a run needs. For `operations` only: pages read by `operations.service`."""
