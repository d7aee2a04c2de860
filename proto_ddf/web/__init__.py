"""The browser UI: pages, their states, and the components they share."""
