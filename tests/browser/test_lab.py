"""The lab page in a browser: drafts save themselves, stages, Submit; the keyboard is enough."""

import re

import pytest

from browser.scripted import LAB, predict, reproduce, submit, wait_for_verdict
from judge.waiting import wait_until

EDITOR = ".cm-content"


def type_into(page, text):
    page.locator(EDITOR).click()
    page.keyboard.press("Control+End")
    # One edit: a pause between two keys would let the first half be saved alone.
    page.keyboard.insert_text(text)


def wait_until_saved(page):
    page.locator("#saved", has_text=re.compile(r"^\s*draft \d+, saved")).wait_for()


def editor_text(page):
    return page.locator(EDITOR).inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 360])
def test_it_has_nothing_for_axe_to_object_to_and_fits(visitor, width, scheme):
    person = visitor(width=width, scheme=scheme)
    person.go(LAB)
    person.page.locator(EDITOR).wait_for()

    assert person.axe() == []
    assert person.overflow_px() == 0


@pytest.mark.parametrize("stage", ["predict", "reproduce", "fix", "explain"])
def test_it_lets_every_stage_be_read_before_it_is_open(visitor, stage):
    person = visitor()

    page = person.go(f"{LAB}?stage={stage}")

    assert page.locator("#br-h").inner_text()
    assert person.axe() == []


def test_it_saves_a_guests_draft_by_itself(visitor):
    page = visitor().go(LAB)
    type_into(page, "# mine")

    wait_until_saved(page)
    page.reload()

    page.locator(EDITOR).wait_for()
    assert page.locator("textarea[data-file='producer.py']").input_value().endswith("# mine")


def test_it_loses_nothing_when_two_tabs_write(visitor):
    person = visitor(allowed=("status of 409",))
    first = person.go(LAB)
    second = person.context.new_page()
    second.goto(LAB)
    type_into(first, "# first")
    wait_until_saved(first)

    type_into(second, "# second")
    second.locator("#conflict").wait_for()

    # It should keep what this tab shows until its writer has chosen, and both in the end
    assert "# second" in second.locator("textarea[data-file='producer.py']").input_value()
    second.get_by_role("button", name="Show the other").click()
    assert "# first" in second.locator("textarea[data-file='producer.py']").input_value()
    second.locator("#history summary").click()
    second.get_by_text("kept from another tab").wait_for()


def test_it_brings_an_earlier_draft_back(visitor):
    page = visitor().go(LAB)
    type_into(page, "# mine")
    wait_until_saved(page)
    page.locator("summary", has_text="Back to the starter").click()
    page.get_by_role("button", name="Reset to the starter").click()
    page.locator(".flashes", has_text="The starter is back").wait_for()
    assert "# mine" not in page.locator("textarea[data-file='producer.py']").input_value()

    page.locator("#history summary").click()
    page.locator("#history-list li", has_text="edited").get_by_role("button").first.click()
    page.locator(".flashes", has_text="Brought back").wait_for()

    assert "# mine" in page.locator("textarea[data-file='producer.py']").input_value()


def test_it_saves_the_last_words_before_another_form_is_sent(visitor):
    page = visitor().go(LAB)
    type_into(page, "# last words")

    page.get_by_role("button", name="Show a hint").click()
    page.get_by_text("Hint 1 of").wait_for()

    assert "# last words" in page.locator("textarea[data-file='producer.py']").input_value()


def test_it_saves_the_last_words_before_the_page_is_left(visitor):
    page = visitor().go(LAB)
    type_into(page, "# first")
    wait_until_saved(page)
    type_into(page, " # last words")

    page.get_by_role("link", name="Labs").click()
    page.wait_for_url("**/labs/")

    def kept():
        page.goto(LAB)
        return "# last words" in page.locator("textarea[data-file='producer.py']").input_value()

    wait_until(kept, 20, "the last words were lost")


def test_it_shows_what_the_draft_changes(visitor):
    page = visitor().go(LAB)
    type_into(page, "# mine")

    page.get_by_role("tab", name="diff to starter").click()

    page.locator("#diff ins", has_text="# mine").wait_for()


def test_it_moves_between_files_with_the_arrow_keys(visitor):
    page = visitor().go(LAB)
    page.get_by_role("tab", name="producer.py").focus()

    page.keyboard.press("ArrowRight")

    assert page.evaluate("document.activeElement.textContent") == "topic.properties"
    assert "min.insync.replicas" in editor_text(page)


def test_it_types_over_a_selection_within_its_policy(visitor):
    page = visitor().go(LAB)
    page.locator(EDITOR).click()
    page.keyboard.press("Control+a")

    page.keyboard.type("x = 1")

    # It should have replaced all of it; a violation of the policy fails the test at its end
    assert editor_text(page).strip() == "x = 1"


def test_it_can_be_worked_with_the_keyboard_alone(visitor, script):
    script.reset()
    person = visitor()
    page = person.go(LAB)
    page.locator(EDITOR).wait_for()

    # It should show where the focus is at every stop, and let go of the editor
    stops = person.walk()
    assert [stop for stop in stops if stop.startswith("!")] == []
    assert any("Earlier drafts" in stop for stop in stops)

    page.get_by_role("radio").first.focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Lock my answer").focus()
    page.keyboard.press("Enter")
    page.locator(".callout").wait_for()
    page.locator(EDITOR).focus()
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/attempts/*/")
    wait_for_verdict(page, "PASS")


def test_it_locks_the_prediction_before_the_run(visitor):
    page = visitor().go(LAB)
    assert page.get_by_role("button", name="Submit").count() == 0

    predict(page)

    assert page.locator(".predict fieldset[disabled]").count() == 1
    assert page.get_by_role("button", name="Submit").count() == 1


def test_it_reveals_hints_one_by_one(visitor):
    page = visitor().go(LAB)

    page.get_by_role("button", name="Show a hint").click()
    page.get_by_text("Hint 1 of").wait_for()

    assert page.get_by_text("Hint 2 of").count() == 0


def test_it_starts_one_attempt_however_often_submit_is_pressed(visitor, script):
    page = visitor().page
    predict(page)
    page.locator(EDITOR).wait_for()
    before = script.runs()

    page.evaluate("""() => {
        const button = document.querySelector("button[form=files-form][name=stage]");
        for (let i = 0; i < 3; i++) document.getElementById("files-form").requestSubmit(button);
    }""")
    wait_for_verdict(page, "PASS")

    page.goto(LAB)
    assert page.locator("#tries .tries li").count() == 1
    assert script.runs() == before + 1


def test_it_opens_the_debrief_when_the_explanation_is_written(visitor, script):
    person = visitor()
    page = person.page
    reproduce(page, script)
    script.say(verdict="PASS", speed=200)
    submit(page)
    wait_for_verdict(page, "PASS")
    page.goto(LAB)
    assert page.locator("#debrief-h").count() == 0

    page.fill("#explanation", "The leader acknowledged alone and its disk burned with the records.")
    page.get_by_role("button", name="Save, and open the debrief").click()
    page.locator("#debrief-h").wait_for()
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Note it").click()
    page.get_by_text("noted: 1 of").wait_for()

    assert person.axe() == []


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("producer.py", b"x" * 70_000, "Shorten it."),
        ("producer.py", b"\x7fELF\x00\x00", "binary data"),
        ("producer.py", b"caf\xe9\n", "UTF-8"),
        ("shell.sh", b"ls", "not a file of this lab"),
        ("topic.properties", b"no setting", "Write one name=value a line"),
    ],
)
def test_it_refuses_a_bad_file_in_clear_words_and_loses_nothing(visitor, name, content, words):
    page = visitor().go(LAB)
    type_into(page, "# mine")
    wait_until_saved(page)
    page.locator("summary", has_text="Upload files").click()
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    page.set_input_files("#upload", files=[file])

    page.get_by_role("button", name="Upload into the draft").click()
    page.locator(".flashes", has_text=words).wait_for()

    assert "# mine" in page.locator("textarea[data-file='producer.py']").input_value()


def test_it_refuses_a_file_that_is_too_long_to_run_and_keeps_it(visitor):
    person = visitor()
    page = person.page
    predict(page)
    page.locator(EDITOR).wait_for()
    page.locator(EDITOR).focus()
    page.keyboard.insert_text("#" * 70_000)
    wait_until_saved(page)

    page.get_by_role("button", name="Submit").click()
    page.locator(".flashes", has_text="Shorten it.").wait_for()

    assert len(page.locator("textarea[data-file='producer.py']").input_value()) > 70_000


def test_it_works_without_scripts(browser, site, script):
    script.reset()
    context = browser.new_context(base_url=site.url, java_script_enabled=False)
    page = context.new_page()
    page.goto(LAB)
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Lock my answer").click()
    page.locator(".callout").wait_for()  # the files are on the page before as well
    page.locator("textarea[data-file='producer.py']").fill("print('no scripts')\n")
    with page.expect_navigation():  # the page before holds the same words
        page.get_by_role("button", name="Save the draft").click()
    assert (
        page.locator("textarea[data-file='producer.py']").input_value() == "print('no scripts')\n"
    )

    page.get_by_role("button", name="Submit").click()

    # The page asks for itself again until the verdict is there
    page.wait_for_url("**/attempts/*/", wait_until="commit")
    page.locator(".vword").wait_for(timeout=60_000)
    context.close()


def test_it_answers_404_for_a_lab_that_is_not_there(visitor):
    person = visitor(allowed=("status of 404",))

    answer = person.page.goto("/labs/nowhere/")

    assert answer.status == 404
    assert person.axe() == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 360])
def test_it_lists_the_labs(visitor, width, scheme):
    person = visitor(width=width, scheme=scheme)
    page = person.go("/labs/")

    assert page.get_by_role("link", name="Acknowledged, then gone").count() == 1
    assert person.axe() == []
    assert person.overflow_px() == 0
