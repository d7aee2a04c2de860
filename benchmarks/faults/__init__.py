"""What becomes of a person's actions under faults: each action under each fault, many times, at a real server.

`python -m benchmarks.faults` (`make faults`) measures and writes the section of docs/reliability.md.
`python -m benchmarks.faults --columns outbox,sign-in down SIGKILL` measures only those rows and columns.
"""
