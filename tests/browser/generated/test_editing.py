"""Adding, changing and deleting rows in a generated app. The result is checked in its database."""

import sqlite3

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def new_customer(shop, email: str, name: str = "Test Person") -> int:
    shop.execute(
        "insert into customers(name, email, city, country, joined_on)"
        " values (?, ?, 'Rome', 'Italy', '2024-01-01')",
        name,
        email,
    )
    return shop.query("select id from customers where email = ?", email)[0][0]


def fill_customer(page: Page, **values: str) -> None:
    given = {
        "Name": "Ada Lovelace",
        "Email": "ada@example.com",
        "City": "London",
        "Country": "Italy",
        "Joined on": "2024-05-17",
        "Credit limit": "250.50",
    }
    for label, value in (given | values).items():
        page.get_by_label(label).fill(value)


def test_a_row_is_created_changed_and_deleted(shop, page: Page, console):
    page.goto(f"{shop.url}/customers")
    page.get_by_role("link", name="New customer").click()
    fill_customer(page, Email="first@example.com")
    page.get_by_label("Newsletter").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Row added.")).to_be_visible()
    expect(page.get_by_role("heading", name="Ada Lovelace", level=1)).to_be_visible()
    find = (
        "select name, city, country, joined_on, newsletter, credit_limit, phone"
        " from customers where email = 'first@example.com'"
    )
    assert shop.query(find) == [("Ada Lovelace", "London", "Italy", "2024-05-17", 1, 250.5, None)]

    page.get_by_role("button", name="Edit").click()
    page.get_by_label("City").fill("Oxford")
    page.get_by_label("Newsletter").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Changes saved.")).to_be_visible()
    expect(page.locator(".pair", has_text="City").locator("dd")).to_have_text("Oxford")
    assert shop.query(find)[0][1:5] == ("Oxford", "Italy", "2024-05-17", 0)

    page.get_by_role("button", name="Delete").click()
    question = page.get_by_role("alertdialog")
    expect(question).to_contain_text("Ada Lovelace")
    question.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Row deleted.")).to_be_visible()
    expect(page).to_have_url(f"{shop.url}/customers")
    assert shop.query(find) == []
    assert not console


def test_a_value_that_another_row_has_is_marked_and_nothing_is_lost(shop, page: Page):
    taken = shop.query("select email from customers where id = 1")[0][0]
    page.goto(f"{shop.url}/customers/new")
    fill_customer(page, Email=taken, City="Bergen")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Another row already has this email.")).to_be_visible()
    expect(page.get_by_label("Email")).to_be_focused()
    expect(page.get_by_label("Email")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("City")).to_have_value("Bergen")
    page.get_by_label("Email").fill("second@example.com")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Row added.")).to_be_visible()
    found = shop.query("select city from customers where email = 'second@example.com'")
    assert found == [("Bergen",)]


@pytest.mark.parametrize(
    ("label", "value", "message"),
    [
        ("Name", "", "This field is required."),
        ("Name", "x" * 81, "At most 80 characters; this is 1 too many."),
        ("Email", "nobody", "Enter an email address"),
        ("Joined on", "", "This field is required."),
        ("Credit limit", "-1", "At least 0."),
        ("Credit limit", "1.234", "At most 2 decimals."),
        ("Credit limit", "much", "Enter a number."),
    ],
)
def test_a_wrong_field_says_what_is_wrong(shop, page: Page, label: str, value: str, message: str):
    before = shop.query("select count(*) from customers")
    page.goto(f"{shop.url}/customers/new")
    fill_customer(page, Email="third@example.com", **({label: value} if label != "Email" else {}))
    page.get_by_label(label).fill(value)
    page.get_by_role("button", name="Save").click()
    field = page.locator(".form-field", has=page.get_by_label(label))
    expect(field.get_by_role("alert")).to_contain_text(message)
    assert shop.query("select count(*) from customers") == before


def test_a_relation_is_chosen_by_searching(shop, page: Page):
    name = "Zacharias Unique"
    customer = new_customer(shop, "zacharias@example.com", name)
    page.goto(f"{shop.url}/orders/new")
    page.get_by_label("Customer").click()
    page.get_by_label("Search Customer").fill("zacharias u")
    expect(page.get_by_role("button", name=name)).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#field-customer_id")).to_contain_text(name)
    page.get_by_label("Ordered at").fill("2025-06-01T10:30")
    page.get_by_label("Status").select_option("paid")
    page.get_by_label("Payment method").select_option("card")
    page.get_by_label("Shipping fee").fill("4.90")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Row added.")).to_be_visible()
    assert shop.query(
        "select ordered_at, status, shipping_fee, gift, note from orders where customer_id = ?",
        customer,
    ) == [("2025-06-01 10:30:00", "paid", 4.9, 0, None)]


def test_a_double_click_on_save_makes_one_row(shop, page: Page):
    for pause in (0, 30, 60, 90, 120, 200):  # milliseconds
        customer = new_customer(shop, f"double{pause}@example.com")
        page.goto(f"{shop.url}/orders/new?customer_id={customer}")
        page.get_by_label("Ordered at").fill("2025-06-01T10:30")
        page.get_by_label("Status").select_option("paid")
        page.get_by_label("Payment method").select_option("card")
        page.get_by_role("button", name="Save").evaluate(
            """(save, pause) => {
              save.click();
              return new Promise((done) => setTimeout(() => done(save.click()), pause));
            }""",
            pause,
        )
        expect(page.get_by_role("button", name="Edit")).to_be_visible()
        page.wait_for_timeout(500)  # time in which a second row would be added
        rows = shop.query("select count(*) from orders where customer_id = ?", customer)
        assert (pause, rows) == (pause, [(1,)])


def test_fields_that_must_be_unique_together_are_both_marked(shop, page: Page):
    order, product = shop.query("select order_id, product_id from order_items limit 1")[0]
    page.goto(f"{shop.url}/order-items/new?order_id={order}&product_id={product}")
    page.get_by_label("Quantity").fill("1")
    page.get_by_label("Unit price").fill("1")
    page.get_by_label("Discount percent").fill("0")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Another row already has this value together")).to_have_count(2)


def test_a_row_that_others_refer_to_is_not_deleted(shop, page: Page):
    customer, orders = shop.query(
        "select customer_id, count(*) from orders group by customer_id limit 1"
    )[0]
    page.goto(f"{shop.url}/customers/{customer}")
    page.get_by_role("button", name="Delete").click()
    question = page.get_by_role("alertdialog")
    noun = "row" if orders == 1 else "rows"
    expect(question).to_contain_text(f"{orders} {noun} of Orders refer")
    expect(question.get_by_role("button", name="Delete")).to_have_count(0)
    question.get_by_role("button", name="Close").click()
    assert shop.query("select count(*) from customers where id = ?", customer) == [(1,)]


def test_deleting_says_what_is_deleted_with_the_row(shop, page: Page):
    order, items = shop.query(
        "select order_id, count(*) from order_items group by order_id order by order_id desc"
    )[0]
    page.goto(f"{shop.url}/orders/{order}")
    page.get_by_role("button", name="Delete").click()
    question = page.get_by_role("alertdialog")
    noun = "row" if items == 1 else "rows"
    expect(question).to_contain_text(f"{items} {noun} of Order items will be deleted with it.")
    question.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Row deleted.")).to_be_visible()
    assert shop.query("select count(*) from order_items where order_id = ?", order) == [(0,)]


def test_a_reference_that_is_added_after_the_question_still_prevents_the_deletion(shop, page: Page):
    customer = new_customer(shop, "late@example.com")
    page.goto(f"{shop.url}/customers/{customer}")
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("alertdialog")).to_be_visible()
    shop.execute(
        "insert into orders(customer_id, ordered_at, status, payment_method)"
        " values (?, '2025-01-01 10:00:00', 'paid', 'card')",
        customer,
    )
    page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Not deleted")).to_be_visible()
    assert shop.query("select count(*) from customers where id = ?", customer) == [(1,)]


def test_a_row_that_was_deleted_while_its_form_was_open_says_so(shop, page: Page):
    customer = new_customer(shop, "gone@example.com")
    page.goto(f"{shop.url}/customers/{customer}")
    page.get_by_role("button", name="Edit").click()
    page.get_by_label("City").fill("Nowhere")
    shop.execute("delete from customers where id = ?", customer)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("This row is gone")).to_be_visible()
    expect(page.get_by_label("City")).to_have_value("Nowhere")


def test_a_save_waits_for_a_locked_database_and_can_be_tried_again(shop, page: Page):
    customer = new_customer(shop, "locked@example.com")
    page.goto(f"{shop.url}/customers/{customer}")
    page.get_by_role("button", name="Edit").click()
    page.get_by_label("City").fill("Patience")
    other = sqlite3.connect(shop.database, isolation_level=None)
    other.execute("begin immediate")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The database is busy")).to_be_visible()
    expect(page.get_by_label("City")).to_have_value("Patience")
    other.execute("rollback")
    other.close()
    page.get_by_role("button", name="Try Again").click()
    expect(page.get_by_text("Changes saved.")).to_be_visible()
    assert shop.query("select city from customers where id = ?", customer) == [("Patience",)]
