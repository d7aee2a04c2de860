"""One suite of probes for circuit breakers and for retries under a deadline, run over this project's own and over
the libraries it could have used instead.

`contract` says what an adapter offers, `breakers` and `retries` adapt the libraries and this project,
`breaker_probes` and `retry_probes` ask the questions, `suite` runs them, `table` writes the answers down.
"""
