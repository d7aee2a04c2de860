"""The building blocks of the pages. They hold no data of their own."""
