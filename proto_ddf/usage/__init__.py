"""Usage events: which pages people open, what they do there and what fails, without who it was.

They come from the browser (assets/browser/usage.js), stay in this server's database, and are removed like logs. USAGE_EVENTS
switches them off.
"""
