"""The lesson in a browser: the prediction locks, with and without scripts."""

LESSON = "/guide/architecture/isr-high-watermark-elr/"


def answer_first_question(page):
    page.locator("form.question, .question form").first.locator("label.choice").first.click()
    page.get_by_role("button", name="Lock the prediction").first.click()


def test_it_leads_a_newcomer_from_the_home_page_to_the_lesson_and_to_the_lab(visitor):
    page = visitor().go("/")

    page.locator(".btn.primary").click()
    page.wait_for_url("**/guide/**")
    page.get_by_role("button", name="Now break it yourself").click()

    page.wait_for_url("**/labs/acked-then-gone/")


def test_it_locks_a_prediction_in_place(visitor):
    page = visitor().go(LESSON)
    assert page.locator(".because").count() == 0

    answer_first_question(page)
    page.locator(".because").first.wait_for()

    # It should be the same page still, its other forms good, and the answer outlive a reload
    assert page.locator(".locked [data-state=right]").count() == 1
    page.get_by_role("button", name="Light").click()
    page.locator("html[data-theme=light]").wait_for()
    assert page.url.endswith(LESSON)
    assert page.locator(".because").count() == 1


def test_it_locks_a_prediction_without_scripts(browser, site):
    context = browser.new_context(base_url=site.url, java_script_enabled=False)
    page = context.new_page()
    page.goto(LESSON)

    answer_first_question(page)
    page.locator(".because").first.wait_for()

    assert page.locator(".because").count() == 1
    context.close()


def test_it_asks_again_when_nothing_was_chosen(visitor):
    page = visitor(allowed=("status of 422",)).go(LESSON)

    page.get_by_role("button", name="Lock the prediction").first.click()
    page.get_by_role("alert").wait_for()

    assert page.locator(".because").count() == 0


def test_it_can_be_answered_by_keyboard_alone(visitor):
    page = visitor().go(LESSON)
    page.locator(".question input[type=radio]").first.focus()

    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator(".because").first.wait_for()

    # It should take the reader to the answer, not throw the focus away
    page.wait_for_function("document.activeElement.closest('.question') !== null")


def test_it_keeps_the_colours_chosen_by_hand(visitor):
    page = visitor(scheme="light").go("/")

    page.get_by_role("button", name="Dark").click()

    page.locator("html[data-theme=dark]").wait_for()
    page.get_by_role("button", name="System").click()
    page.locator("html:not([data-theme])").wait_for()
