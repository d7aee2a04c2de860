"""The upload control: the React component of assets/upload.jsx, and its style."""

from typing import Any

import reflex as rx

_STYLE = {
    ".upload-input": {
        "position": "absolute",
        "width": "1px",
        "height": "1px",
        "overflow": "hidden",
        "clip_path": "inset(50%)",
    },
    ".upload-zone": {
        "display": "flex",
        "flex_direction": "column",
        "align_items": "center",
        "gap": "4px",
        "width": "100%",
        "padding": "24px 16px",
        "border": "1px dashed var(--gray-a8)",
        "border_radius": "var(--radius-3)",
        "background": "var(--gray-a2)",
        "font_size": "var(--font-size-2)",
        "font_weight": "400",
        "text_align": "center",
        "cursor": "pointer",
    },
    ".upload-zone strong": {"font_weight": "500", "color": "var(--accent-11)"},
    ".upload-zone span": {"color": "var(--gray-11)", "font_size": "var(--font-size-1)"},
    ".upload-zone:hover, .upload-zone[data-dragging]": {
        "border_color": "var(--accent-8)",
        "background": "var(--accent-a2)",
    },
    ".upload-input:focus-visible + .upload-zone": {
        "outline": "2px solid var(--focus-8)",
        "outline_offset": "2px",
    },
    ".upload-input[aria-invalid=true] + .upload-zone": {"border_color": "var(--red-8)"},
    ".upload-input:disabled + .upload-zone": {"cursor": "not-allowed", "opacity": "0.6"},
    ".upload-list": {
        "display": "flex",
        "flex_direction": "column",
        "gap": "4px",
        "margin": "8px 0 0",
        "padding": "0",
        "list_style": "none",
    },
    ".upload-item": {
        "display": "flex",
        "align_items": "center",
        "gap": "12px",
        "min_height": "36px",
        "padding": "0 4px 0 12px",
        "border": "1px solid var(--gray-a5)",
        "border_radius": "var(--radius-2)",
        "background": "var(--color-panel-solid)",
        "font_size": "var(--font-size-2)",
    },
    ".upload-name": {
        "flex": "1",
        "min_width": "0",
        "overflow": "hidden",
        "text_overflow": "ellipsis",
        "white_space": "nowrap",
    },
    ".upload-size": {
        "color": "var(--gray-11)",
        "font_size": "var(--font-size-1)",
        "font_variant_numeric": "tabular-nums",
        "white_space": "nowrap",
    },
    ".upload-bar": {
        "width": "30%",
        "min_width": "48px",
        "height": "6px",
        "overflow": "hidden",
        "border_radius": "3px",
        "background": "var(--gray-a4)",
    },
    ".upload-bar > span": {
        "display": "block",
        "height": "100%",
        "background": "var(--accent-9)",
        "transition": "width 0.2s",
    },
    ".upload-item button": {
        "padding": "4px 8px",
        "border": "0",
        "border_radius": "var(--radius-2)",
        "background": "transparent",
        "color": "var(--gray-11)",
        "font": "inherit",
        "font_size": "var(--font-size-1)",
        "cursor": "pointer",
    },
    ".upload-item button:hover": {"background": "var(--gray-a3)", "color": "var(--gray-12)"},
    ".upload-status": {
        "position": "absolute",
        "width": "1px",
        "height": "1px",
        "overflow": "hidden",
        "clip_path": "inset(50%)",
    },
}


def _uploaded(
    name: rx.Var[str], path: rx.Var[str], size: rx.Var[int]
) -> tuple[rx.Var[str], rx.Var[str], rx.Var[int]]:
    return name, path, size


class UploadField(rx.Component):
    """Sends files to /api/uploads one by one, with progress; see assets/upload.jsx."""

    library = "$/public/upload.jsx"
    tag = "UploadField"

    input_id: rx.Var[str]
    label: rx.Var[str]
    described_by: rx.Var[str]
    invalid: rx.Var[bool]
    accept: rx.Var[str]
    multiple: rx.Var[bool]
    max_mb: rx.Var[int]
    files: rx.Var[list[Any]]
    """The stored files: path, name, size."""
    disabled: rx.Var[bool]
    on_uploaded: rx.EventHandler[_uploaded]  # type: ignore[type-arg, valid-type]
    """Name, path on the server, and size in bytes of a stored file."""
    on_removed: rx.EventHandler[rx.event.passthrough_event_spec(str)]  # type: ignore[type-arg, valid-type]
    """The path of a stored file that was removed."""
    on_refused: rx.EventHandler[rx.event.passthrough_event_spec(str)]  # type: ignore[type-arg, valid-type]
    """Why a file was refused."""
    on_busy: rx.EventHandler[rx.event.passthrough_event_spec(bool)]  # type: ignore[type-arg, valid-type]
    """True when an upload begins, False when the last one has ended."""


def upload(**props: Any) -> rx.Component:
    """The control with its style; the props are those of `UploadField`."""
    return rx.box(UploadField.create(**props), style=_STYLE, position="relative")
