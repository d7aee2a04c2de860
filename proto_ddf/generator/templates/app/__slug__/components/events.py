"""What the shared components tell the page that uses them: events by the values they carry."""

import reflex as rx

Text = rx.EventHandler[rx.event.passthrough_event_spec(str)]
Flag = rx.EventHandler[rx.event.passthrough_event_spec(bool)]
Position = rx.EventHandler[rx.event.passthrough_event_spec(int)]
Place = rx.EventHandler[rx.event.passthrough_event_spec(int, int)]
"""Row and column."""
Form = rx.EventHandler[rx.event.passthrough_event_spec(dict[str, str])]
Tick = rx.EventHandler[rx.event.passthrough_event_spec(str, bool)]
"""Name, and whether it is ticked."""
