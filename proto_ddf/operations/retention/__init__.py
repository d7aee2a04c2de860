"""Which data are kept, and for how long: `housekeeping` removes what is no longer needed, `references` finds what still is. Both
may be imported from above."""
