"""Two people edit one row of a generated app: nobody's work is lost, and nobody is surprised."""

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


@pytest.fixture
def customer(shop) -> int:
    """A customer for one test."""
    shop.execute("delete from customers where email like '%@two.example'")
    shop.execute(
        "insert into customers(name, email, city, country, joined_on, newsletter)"
        " values ('Ada Two', 'ada@two.example', 'Rome', 'Italy', '2024-01-01', 0)"
    )
    return shop.query("select id from customers where email = 'ada@two.example'")[0][0]


def edit(page: Page, url: str) -> None:
    page.goto(url)
    page.get_by_role("button", name="Edit").click()


def city_and_phone(shop, customer: int) -> tuple[str, str]:
    return shop.query("select city, phone from customers where id = ?", customer)[0]


def test_changes_of_different_fields_are_both_kept(shop, page: Page, customer: int, console):
    url, other = f"{shop.url}/customers/{customer}", page.context.new_page()
    edit(page, url)
    edit(other, url)
    other.get_by_label("Phone").fill("+49 1")
    other.get_by_role("button", name="Save").click()
    expect(other.get_by_text("Changes saved.")).to_be_visible()
    page.get_by_label("City").fill("Oxford")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Changes saved.")).to_be_visible()
    assert city_and_phone(shop, customer) == ("Oxford", "+49 1")
    assert not console


@pytest.mark.parametrize(
    ("choice", "kept"), [("Yours", "Oxford"), ("In the database now", "Bergen")]
)
def test_both_versions_of_one_field_are_shown_and_the_person_chooses(
    shop, page: Page, customer: int, console, choice: str, kept: str
):
    url, other = f"{shop.url}/customers/{customer}", page.context.new_page()
    edit(page, url)
    edit(other, url)
    other.get_by_label("City").fill("Bergen")
    other.get_by_role("button", name="Save").click()
    expect(other.get_by_text("Changes saved.")).to_be_visible()

    page.get_by_label("City").fill("Oxford")
    page.get_by_label("Phone").fill("+44 2")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Somebody else has changed this row")).to_be_visible()
    versions = page.get_by_role("group", name="City")
    expect(versions).to_contain_text("Oxford")
    expect(versions).to_contain_text("Bergen")
    expect(page.get_by_label("City", exact=False).first).to_be_visible()
    assert city_and_phone(shop, customer) == ("Bergen", None)

    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Choose one of the two versions.")).to_be_visible()
    assert city_and_phone(shop, customer) == ("Bergen", None)

    versions.get_by_label(choice).check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Changes saved.")).to_be_visible()
    assert city_and_phone(shop, customer) == (kept, "+44 2")
    assert not console


@pytest.mark.parametrize(
    ("choice", "kept"), [("Yours", "Oxford"), ("In the database now", "Bergen")]
)
def test_a_choice_stays_when_another_field_is_changed_meanwhile(
    shop, page: Page, customer: int, console, choice: str, kept: str
):
    """The kind: a further change, of another field or of the same field, after either choice. Each save asks about
    what is new, and never again about what was decided."""
    edit(page, f"{shop.url}/customers/{customer}")
    page.get_by_label("City").fill("Oxford")
    page.get_by_label("Phone").fill("+44 2")
    shop.execute("update customers set city = 'Bergen' where id = ?", customer)
    page.get_by_role("button", name="Save").click()
    page.get_by_role("group", name="City").get_by_label(choice).check()

    shop.execute("update customers set phone = '+47 3' where id = ?", customer)
    page.get_by_role("button", name="Save").click()
    phone = page.get_by_role("group", name="Phone")
    expect(phone).to_contain_text("+47 3")
    expect(page.get_by_role("group", name="City").get_by_label(choice)).to_be_checked()
    phone.get_by_label("Yours").check()

    shop.execute("update customers set phone = '+47 4' where id = ?", customer)
    page.get_by_role("button", name="Save").click()
    expect(phone).to_contain_text("+47 4")
    expect(phone.get_by_label("Yours")).not_to_be_checked()
    phone.get_by_label("Yours").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Changes saved.")).to_be_visible()
    assert city_and_phone(shop, customer) == (kept, "+44 2")
    assert not console


def test_a_person_who_saves_at_the_end_of_a_long_form_sees_why_it_was_refused(
    shop, page: Page, customer: int, console
):
    """The kind: every error that is shown above the form and not at a field."""
    page.set_viewport_size({"width": 390, "height": 500})
    edit(page, f"{shop.url}/customers/{customer}")
    page.get_by_label("City").fill("Oxford")
    shop.execute("update customers set city = 'Bergen' where id = ?", customer)
    page.get_by_role("button", name="Save").click()
    said = page.get_by_text("Somebody else has changed this row")
    expect(said).to_be_in_viewport(ratio=1)
    expect(page.locator("#form-problem")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.get_by_role("group", name="City").get_by_label("Yours")).to_be_checked()
    assert not console


def test_a_row_that_changed_is_shown_with_its_present_values_before_it_is_deleted(
    shop, page: Page, customer: int, console
):
    page.goto(f"{shop.url}/customers/{customer}")
    page.get_by_role("button", name="Delete").click()
    question = page.get_by_role("alertdialog")
    expect(question).to_be_visible()
    shop.execute("update customers set city = 'Bergen' where id = ?", customer)
    question.get_by_role("button", name="Delete").click()
    expect(question).to_contain_text("Somebody else has changed this row")
    expect(question.get_by_role("row", name="City Rome Bergen")).to_be_visible()
    assert city_and_phone(shop, customer)[0] == "Bergen"
    question.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Row deleted.")).to_be_visible()
    assert not shop.query("select id from customers where id = ?", customer)
    assert not console


def test_two_people_who_choose_another_row_for_a_relation_see_its_name(
    shop, page: Page, customer: int
):
    shop.execute(
        "insert into orders(customer_id, ordered_at, status, payment_method)"
        " values (?, '2025-01-01 10:00:00', 'paid', 'card')",
        customer,
    )
    order = shop.query("select max(id) from orders")[0][0]
    edit(page, f"{shop.url}/orders/{order}")
    names = dict(shop.query("select id, name from customers where id in (1, 2)"))
    page.get_by_label("Customer").click()
    page.get_by_label("Search Customer").fill(names[1])
    page.get_by_role("button", name=f"{names[1]} 1", exact=True).click()
    expect(page.locator("#field-customer_id")).to_contain_text(names[1])
    shop.execute("update orders set customer_id = 2 where id = ?", order)
    page.get_by_role("button", name="Save").click()
    versions = page.get_by_role("group", name="Customer")
    expect(versions).to_contain_text(names[1])
    expect(versions).to_contain_text(names[2])
    versions.get_by_label("Yours").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Changes saved.")).to_be_visible()
    assert shop.query("select customer_id from orders where id = ?", order) == [(1,)]
