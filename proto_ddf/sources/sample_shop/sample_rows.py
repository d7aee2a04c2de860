"""The rows of the sample shop: fictional, the same on every machine, and similar to those of a real shop.

Orders increase over two years, with more before Christmas and fewer in summer. Prices end in .90 or .50. Some customers
never ordered, and some fields are empty.
"""

import math
import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

SEED = 20_240_611
FIRST_DAY = date(2024, 7, 1)
LAST_DAY = date(2026, 6, 30)
CUSTOMERS, PRODUCTS, ORDERS, ORDER_ITEMS = 400, 120, 2_500, 6_000

_FIRST_NAMES = (  # noqa: SIM905 - a list literal would take fifty lines
    "Amelia Oliver Sofia Noah Emma Liam Mia Lucas Hannah Elias Ines Mateo Clara Hugo Freya Oscar Zoe "
    "Adam Leila Marco Ingrid Pavel Yuki Arjun Nora Felix Chloe Daniel Elena Samuel Ruth Victor Anna "
    "Tomas Priya Jonas Maya Andre Lena Kofi Beatriz Simon Aisha David Julia Rafael Greta Ivan"
).split()
_LAST_NAMES = (  # noqa: SIM905
    "Bennett Novak Garcia Lindqvist Okafor Schneider Rossi Tanaka Moreau Kowalski Hughes Silva Jensen "
    "Petrov Murphy Andersson Fischer Dubois Costa Patel Nielsen Weber Romano Horvat Clarke Laurent Santos "
    "Berg Ito Mensah Keller Ferrari O'Connor Vargas Larsen Hoffmann Marino Duarte Walsh Sato Brandt Ricci"
).split()
_CITIES = (
    ("Berlin", "Germany"),
    ("Hamburg", "Germany"),
    ("Munich", "Germany"),
    ("Paris", "France"),
    ("Lyon", "France"),
    ("Madrid", "Spain"),
    ("Barcelona", "Spain"),
    ("Lisbon", "Portugal"),
    ("Porto", "Portugal"),
    ("Rome", "Italy"),
    ("Milan", "Italy"),
    ("Vienna", "Austria"),
    ("Zurich", "Switzerland"),
    ("Amsterdam", "Netherlands"),
    ("Copenhagen", "Denmark"),
    ("Stockholm", "Sweden"),
    ("London", "United Kingdom"),
    ("Dublin", "Ireland"),
)
_CATALOGUE: dict[str, tuple[int, int, tuple[str, ...]]] = {
    # category: (lowest price, highest price, product names)
    "Kitchen": (9, 140, ("Kettle", "Chef's Knife", "Cutting Board", "Casserole", "Coffee Press")),
    "Living": (15, 260, ("Table Lamp", "Wool Throw", "Wall Clock", "Cushion", "Side Table")),
    "Garden": (7, 120, ("Watering Can", "Pruning Shears", "Plant Pot", "Lantern", "Garden Gloves")),
    "Office": (4, 180, ("Notebook", "Desk Lamp", "Pen Set", "Document Tray", "Desk Mat")),
    "Outdoor": (12, 320, ("Backpack", "Thermos", "Picnic Blanket", "Headlamp", "Camp Chair")),
    "Bath": (6, 90, ("Towel Set", "Soap Dish", "Bath Mat", "Mirror", "Laundry Basket")),
}
_STYLES = ("Classic", "Nordic", "Alpine", "Harbour")
_STATUSES = ("pending", "paid", "shipped", "delivered", "cancelled")
_PAYMENTS = (("card", 55), ("paypal", 25), ("invoice", 15), ("bank transfer", 5))
_MONTH_WEIGHTS = (8, 7, 8, 9, 9, 8, 6, 6, 9, 10, 14, 17)
"""Relative number of orders in each month, from January; most are before Christmas."""

Row = tuple[Any, ...]


def shop_rows() -> Iterator[tuple[str, list[Row]]]:
    """The tables with their rows, ordered so that foreign keys are valid."""
    rng = random.Random(SEED)  # noqa: S311
    customers = _customers(rng)
    products = _products(rng)
    orders = _orders(rng, customers)
    items = _order_items(rng, products)
    yield "customers", customers
    yield "products", products
    yield "orders", _with_totals(orders, items)
    yield "order_items", items


def _customers(rng: random.Random) -> list[Row]:
    pairs = [(first, last) for first in _FIRST_NAMES for last in _LAST_NAMES]
    rows: list[Row] = []
    for number, (first, last) in enumerate(rng.sample(pairs, CUSTOMERS), start=1):
        city, country = rng.choice(_CITIES)
        email = f"{first}.{last}@example.com".lower().replace("'", "")
        phone = f"+00 555 {rng.randint(1000, 9999)}" if rng.random() < 0.85 else None
        joined = FIRST_DAY - timedelta(days=rng.randint(0, 700))
        rows.append(
            (
                number,
                f"{first} {last}",
                email,
                phone,
                city,
                country,
                joined,
                rng.random() < 0.42,
                Decimal(rng.choice((0, 0, 250, 500, 1000, 2500))),
            )
        )
    return rows


def _products(rng: random.Random) -> list[Row]:
    named = [
        (category, f"{style} {thing}", low, high)
        for category, (low, high, things) in _CATALOGUE.items()
        for thing in things
        for style in _STYLES
    ]
    rows: list[Row] = []
    for number, (category, name, low, high) in enumerate(named[:PRODUCTS], start=1):
        # Low prices are more common than high ones.
        whole = int(low * (high / low) ** rng.random())
        price = Decimal(whole) + rng.choice((Decimal("0.90"), Decimal("0.50")))
        rating = round(min(5.0, max(1.0, rng.gauss(4.1, 0.5))), 1)
        rows.append(
            (
                number,
                f"{category[:3].upper()}-{1000 + number}",
                name,
                category,
                price,
                max(0, int(rng.gauss(60, 40))),
                round(rng.uniform(0.1, 6.5), 2),
                rating if rng.random() < 0.9 else None,
                rng.random() < 0.93,
                FIRST_DAY - timedelta(days=rng.randint(30, 900)),
            )
        )
    return rows


def _orders(rng: random.Random, customers: list[Row]) -> list[Row]:
    days = [FIRST_DAY + timedelta(days=n) for n in range((LAST_DAY - FIRST_DAY).days + 1)]
    growth = [
        _MONTH_WEIGHTS[day.month - 1] * (1 + 0.6 * position / len(days))
        for position, day in enumerate(days)
    ]
    # A fifth of the customers never ordered; a few order often.
    buyers = [row[0] for row in customers if rng.random() < 0.8]
    loyalty = [math.exp(rng.gauss(0, 0.9)) for _ in buyers]
    methods, shares = [name for name, _ in _PAYMENTS], [share for _, share in _PAYMENTS]
    rows: list[Row] = []
    for number, day in enumerate(sorted(rng.choices(days, growth, k=ORDERS)), start=1):
        status = _status(rng, day)
        placed = datetime(day.year, day.month, day.day, rng.randint(7, 22), rng.randint(0, 59))
        shipped = day + timedelta(days=rng.randint(1, 4))
        rows.append(
            (
                number,
                rng.choices(buyers, loyalty)[0],
                placed,
                status,
                rng.choices(methods, shares)[0],
                shipped if status in {"shipped", "delivered"} else None,
                rng.choice((Decimal("0"), Decimal("4.90"), Decimal("7.50"))),
                rng.random() < 0.06,
                "Please leave it with a neighbour." if rng.random() < 0.05 else None,
            )
        )
    return rows


def _status(rng: random.Random, day: date) -> str:
    age = (LAST_DAY - day).days
    if rng.random() < 0.05:
        return "cancelled"
    if age > 14:
        return "delivered"
    return rng.choice(_STATUSES[2:4] if age > 5 else _STATUSES[:3])


def _order_items(rng: random.Random, products: list[Row]) -> list[Row]:
    numbers = list(range(1, ORDERS + 1))
    extra = sorted(rng.choices(numbers, k=ORDER_ITEMS - ORDERS))
    popularity = [math.exp(rng.gauss(0, 0.8)) for _ in products]
    taken: set[tuple[int, int]] = set()
    rows: list[Row] = []
    for order in sorted(numbers + extra):
        product = rng.choices(products, popularity)[0]
        while (order, product[0]) in taken:
            product = rng.choice(products)
        taken.add((order, product[0]))
        discount = rng.choices((0, 5, 10, 20), (80, 8, 8, 4))[0]
        quantity = rng.choices((1, 2, 3, 4, 6), (60, 22, 9, 6, 3))[0]
        rows.append((len(rows) + 1, order, product[0], quantity, product[4], discount))
    return rows


def _with_totals(orders: list[Row], items: list[Row]) -> list[Row]:
    """The orders with their total as the last value: items after discount, plus the shipping fee."""
    goods = dict.fromkeys((order[0] for order in orders), Decimal(0))
    for _, order, _, quantity, price, discount in items:
        goods[order] += quantity * price * (100 - discount) / 100
    cent = Decimal("0.01")
    return [(*order, (goods[order[0]] + order[6]).quantize(cent)) for order in orders]
