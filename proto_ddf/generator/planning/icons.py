"""The icons of the tables in the navigation: by the words of a table's name, and no icon twice."""

import re
from collections.abc import Collection, Sequence

from proto_ddf.generator.labels import label_for
from proto_ddf.generator.spec import Section, TableSpec

_BY_WORDS = (
    (r"customers?|clients?|users?|people|persons?|members?|guests?|contacts?", ("users", "contact")),
    (r"patients?|employees?|staff|students?|players?|agents?|drivers?|authors?|artists?|hosts?", ("user-round", "id-card", "user")),
    (r"doctors?|treatments?|diagnos\w*|visits?|health", ("stethoscope", "heart-pulse", "activity")),
    (r"teachers?|courses?|schools?|class(?:es)?|lessons?", ("graduation-cap", "school", "book-open")),
    (r"orders?|carts?|baskets?|purchases?", ("shopping-cart", "clipboard-list")),
    (r"products?|items?|articles?|goods|parts?|stock", ("package", "box", "archive")),
    (r"invoices?|bills?|receipts?|sales?", ("receipt", "file-text")),
    (r"payments?|donations?|payslips?|transactions?|accounts?", ("credit-card", "wallet", "banknote")),
    (r"prices?|fees?|tariffs?|budgets?|salar(?:y|ies)", ("coins", "banknote")),
    (r"categor(?:y|ies)|groups?|genres?|kinds?", ("folder", "layers")),
    (r"types?|tags?|labels?|status(?:es)?|reasons?", ("tag", "tags", "bookmark")),
    (r"clinics?|hospitals?|practices?", ("heart-pulse", "building-2")),
    (r"compan(?:y|ies)|suppliers?|vendors?|departments?|offices?|agenc(?:y|ies)", ("building-2", "briefcase", "building")),
    (r"hotels?|rooms?|beds?|bookings?|reservations?|chambres?", ("bed", "hotel", "calendar-days")),
    (r"houses?|households?|propert(?:y|ies)|listings?", ("house", "key")),
    (r"warehouses?|stores?|shops?|markets?", ("warehouse", "store")),
    (r"places?|sites?|locations?|address(?:es)?|cit(?:y|ies)|stations?|bins?", ("map-pin", "map", "compass")),
    (r"countr(?:y|ies)|regions?|languages?|states?", ("globe", "flag")),
    (r"events?|appointments?|hearings?|meetings?|exhibitions?", ("calendar", "ticket")),
    (r"shifts?|times?|absences?|periods?|schedules?", ("clock", "calendar-days")),
    (r"vehicles?|cars?|trips?|fleet", ("car", "truck")),
    (r"shipments?|deliver(?:y|ies)|movements?", ("truck", "send")),
    (r"flights?|air\w*|aircraft", ("plane",)),
    (r"books?|loans?|librar(?:y|ies)", ("book", "book-open")),
    (r"songs?|albums?|tracks?|bands?|playlists?", ("music", "disc")),
    (r"films?|movies?|episodes?|shows?", ("film", "mic")),
    (r"photos?|images?|pictures?|paintings?|objects?", ("image", "camera")),
    (r"reviews?|ratings?|scores?|grades?", ("star", "trophy")),
    (r"comments?|messages?|posts?|answers?|questions?", ("message-square", "inbox")),
    (r"recipes?|ingredients?|dishes?|meals?", ("utensils", "leaf")),
    (r"matches?|games?|teams?|leagues?|goals?", ("trophy", "dumbbell")),
    (r"samples?|results?|tests?|analytes?", ("flask-conical", "test-tube", "microscope")),
    (r"readings?|meters?|sensors?|measurements?|observations?|obs", ("gauge", "thermometer")),
    (r"animals?|pets?|herds?|tiere?", ("paw-print", "dog")),
    (r"fields?|crops?|harvests?|plants?", ("sprout", "leaf", "tractor")),
    (r"services?|repairs?|instruments?|devices?|machines?", ("wrench", "cpu", "hammer")),
    (r"cases?|permits?|laws?|judges?|courts?", ("gavel", "scale", "landmark")),
    (r"documents?|docs?|files?|reports?|contracts?|sources?", ("file-text", "clipboard", "newspaper")),
    (r"polic(?:y|ies)|claims?|insurances?", ("shield",)),
)  # fmt: skip
_ANY = (
    *("circle", "square", "triangle", "hexagon", "octagon", "diamond", "shapes", "puzzle", "anchor", "zap", "droplet"),
    *("cloud", "gift", "sparkles", "hash", "link", "signature", "stamp", "layout-grid", "database", "server", "bookmark"),
)  # fmt: skip
_REPORT = ("chart-column", "chart-line", "activity")
DEFAULT = "table-2"


def choose_icons(tables: Sequence[TableSpec]) -> None:
    """Set the icon of each table; the first ones choose first."""
    taken: set[str] = set()
    for table in (each for each in tables if each.section is not Section.NONE):
        table.icon = icon_for(table, taken)
        taken.add(table.icon)


def icon_for(table: TableSpec, taken: Collection[str]) -> str:
    """An icon that is not taken, if there is one left."""
    wanted = _REPORT if table.section is Section.REPORT else _fitting(table)
    return next((icon for icon in (*wanted, *_ANY) if icon not in taken), DEFAULT)


def _fitting(table: TableSpec) -> list[str]:
    """The last word of a name says most: "order items" are items."""
    words = label_for(table.unqualified_name).lower().split()
    return [
        icon
        for word in reversed(words)
        for pattern, icons in _BY_WORDS
        if re.fullmatch(pattern, word)
        for icon in icons
    ]
