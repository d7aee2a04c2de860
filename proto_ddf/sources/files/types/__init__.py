"""The types of columns whose file holds only text: found from all values, chosen by a person, or offered.

`typed_tables` imports `inference` and `candidates`; `column_types` of the schema lists what can be chosen.
"""
