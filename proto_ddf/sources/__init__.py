"""Where data come from, by kind, behind one `Source` protocol.

`registry` knows the kinds, `protocol` what each offers, `connected` the sources that people connected. Callers outside
import these, `schema` and `resilient`; a kind's own package is the registry's alone.
"""
