"""What the pages know: one module per page, and the mixins they share."""
