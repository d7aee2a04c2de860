"""The kinds of data sources, behind one `Source` protocol.

`registry` lists the kinds, `protocol` defines their interface, and `connected` manages the sources that people connected.
Callers outside import these, `schema` and `resilient`. Only the registry imports the package of a kind.
"""
