"""The types of columns whose file holds only text: inferred from all values, chosen by a person, or suggested.

`typed_tables` imports `inference` and `candidates`. `schema.column_types` lists the types that can be chosen.
"""
