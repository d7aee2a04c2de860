"""The pages: the dashboard, and for each table its list and the page of one row."""
