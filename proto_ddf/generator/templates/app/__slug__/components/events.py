"""The events of the shared components, named by the values they carry."""

import reflex as rx

Text = rx.EventHandler[rx.event.passthrough_event_spec(str)]
TwoTexts = rx.EventHandler[rx.event.passthrough_event_spec(str, str)]
Flag = rx.EventHandler[rx.event.passthrough_event_spec(bool)]
Position = rx.EventHandler[rx.event.passthrough_event_spec(int)]
CellPosition = rx.EventHandler[rx.event.passthrough_event_spec(int, int)]
"""Row and column."""
Form = rx.EventHandler[rx.event.passthrough_event_spec(dict[str, str])]
Move = rx.EventHandler[rx.event.passthrough_event_spec(str, int)]
"""Name, and by how many places."""
Toggle = rx.EventHandler[rx.event.passthrough_event_spec(str, bool)]
"""Name, and whether it is ticked."""
