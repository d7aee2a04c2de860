"""The journal: the only record of operations, their steps and their outputs. `journal` writes it, `records` reads what a run
needs of it. For `operations` alone: pages read by `operations.service`."""
