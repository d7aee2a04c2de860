"""What is kept and for how long: `housekeeping` removes what nobody needs, `references` tells what is still needed. Both may be
imported from above."""
