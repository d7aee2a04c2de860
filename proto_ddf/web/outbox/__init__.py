"""The outbox: how submissions that browsers keep are received and run, and the page that lists them."""
