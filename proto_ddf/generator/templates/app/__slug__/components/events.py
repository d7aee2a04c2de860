"""What the shared components tell the page that uses them: events by the values they carry."""

import reflex as rx

Text = rx.EventHandler[rx.event.passthrough_event_spec(str)]
Flag = rx.EventHandler[rx.event.passthrough_event_spec(bool)]
Position = rx.EventHandler[rx.event.passthrough_event_spec(int)]
Place = rx.EventHandler[rx.event.passthrough_event_spec(int, int)]
"""Row and column."""
Choice = rx.EventHandler[rx.event.passthrough_event_spec(str, str)]
"""Value and text."""
Form = rx.EventHandler[rx.event.passthrough_event_spec(dict[str, str])]
Tick = rx.EventHandler[rx.event.passthrough_event_spec(str, bool)]
"""Name, and whether it is ticked."""
Pick = rx.EventHandler[rx.event.passthrough_event_spec(str, str, str)]
"""Name, and value and text of what was chosen."""
