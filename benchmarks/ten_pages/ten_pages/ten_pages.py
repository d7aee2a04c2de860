"""Ten pages with a table, a form and a chart each, as a generated app has for its tables."""

import reflex as rx

NAMES = (
    "Customers",
    "Products",
    "Orders",
    "Order items",
    "Suppliers",
    "Shipments",
    "Payments",
    "Reviews",
    "Employees",
)


class Rows(rx.State):
    """Rows kept in memory, searched and added to from every page."""

    rows: list[dict[str, str | int]] = [
        {"id": n, "name": f"Row {n}", "amount": n * 7 % 50} for n in range(1, 26)
    ]
    search: str = ""

    @rx.event
    def set_search(self, value: str) -> None:
        self.search = value

    @rx.event
    def add(self, form: dict[str, str]) -> None:
        number = len(self.rows) + 1
        self.rows.append({"id": number, "name": form.get("name", ""), "amount": number * 7 % 50})

    @rx.var
    def found(self) -> list[dict[str, str | int]]:
        wanted = self.search.lower()
        return [row for row in self.rows if wanted in str(row["name"]).lower()]


def shell(title: str, *children: rx.Component) -> rx.Component:
    links = [rx.link(name, href=route(name)) for name in NAMES]
    return rx.container(
        rx.hstack(rx.link("Dashboard", href="/"), *links, rx.color_mode.button(), wrap="wrap"),
        rx.heading(title, id="title"),
        *children,
    )


def route(name: str) -> str:
    return "/" + name.lower().replace(" ", "-")


def row_view(row: rx.Var[dict[str, str | int]]) -> rx.Component:
    return rx.table.row(
        rx.table.cell(row["id"]), rx.table.cell(row["name"]), rx.table.cell(row["amount"])
    )


def table_page(name: str) -> rx.Component:
    return shell(
        name,
        rx.input(value=Rows.search, on_change=Rows.set_search, placeholder="Search"),
        rx.dialog.root(
            rx.dialog.trigger(rx.button(rx.icon("plus"), "New")),
            rx.dialog.content(
                rx.dialog.title(f"New: {name}"),
                rx.form(
                    rx.input(name="name", required=True),
                    rx.select(["a", "b", "c"], name="kind"),
                    rx.checkbox("Active", name="active"),
                    rx.text_area(name="notes"),
                    rx.button("Save", type="submit"),
                    on_submit=Rows.add,
                ),
            ),
        ),
        rx.text(Rows.found.length(), " rows", id="count"),
        rx.table.root(rx.table.body(rx.foreach(Rows.found, row_view))),
    )


def dashboard() -> rx.Component:
    return shell(
        "Dashboard",
        rx.recharts.bar_chart(
            rx.recharts.bar(data_key="amount"),
            rx.recharts.x_axis(data_key="name"),
            rx.recharts.y_axis(),
            data=Rows.found,
            height=250,
        ),
        rx.recharts.line_chart(
            rx.recharts.line(data_key="amount"),
            rx.recharts.x_axis(data_key="name"),
            data=Rows.found,
            height=250,
        ),
    )


app = rx.App()
app.add_page(dashboard, route="/", title="Dashboard")
for _name in NAMES:
    app.add_page(table_page(_name), route=route(_name), title=_name)
