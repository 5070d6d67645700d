// The lab page: an editor in place of the text areas, drafts that save themselves, Ctrl-Enter.
import {fileState, mount} from "../scripts/editor.js";
import {savingDrafts} from "../scripts/drafts.js";
import {tabList} from "../scripts/tabs.js";

const form = document.getElementById("files-form");
const areas = [...form.querySelectorAll("textarea[data-file]")];
const editor = document.getElementById("editor");
const diff = document.getElementById("diff");
const DIFF = "diff to starter";

const cookie = name => document.cookie.split("; ").find(pair => pair.startsWith(name + "="))?.slice(name.length + 1) ?? "";

// Becoming a guest renews the token, so the forms of a page that was loaded before hold an old one.
function renewTokens() {
  const token = cookie("csrftoken");
  if (token) for (const input of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) input.value = token;
}

const submit = () => {
  const button = document.querySelector("button[form=files-form][name=stage]");
  if (button) form.requestSubmit(button);
};
const texts = () => Object.fromEntries(areas.map(area => [area.dataset.file, area.value]));
const drafts = savingDrafts({form, texts, put: putTexts, token: () => cookie("csrftoken"), renewTokens});

const states = new Map(areas.map(area => [area.dataset.file, stateOf(area)]));
let shown = areas[0].dataset.file;
const view = mount(editor, states.get(shown));

function stateOf(area) {
  return fileState({
    name: area.dataset.file,
    language: area.dataset.language,
    text: area.value,
    onChange: text => { area.value = text; drafts.changed(); },
    onSubmit: submit,
  });
}

function putTexts(files) {
  for (const area of areas) {
    if (files[area.dataset.file] === undefined) continue;
    area.value = files[area.dataset.file];
    states.set(area.dataset.file, stateOf(area));
  }
  if (states.has(shown)) view.setState(states.get(shown));
}

async function showDiff() {
  diff.textContent = "";
  await drafts.flush();
  const answer = await fetch(form.dataset.diff);
  diff.innerHTML = answer.ok ? await answer.text() : "<p>The difference cannot be loaded just now.</p>";
}

function pick(name) {
  if (states.has(shown)) states.set(shown, view.state);
  shown = name;
  const isFile = states.has(name);
  editor.hidden = !isFile;
  diff.hidden = isFile;
  if (isFile) view.setState(states.get(name));
  else showDiff();
}

tabList(document.getElementById("tabs"), [
  ...areas.map(area => ({name: area.dataset.file, panel: editor})),
  {name: DIFF, panel: diff},
], pick);
document.getElementById("plain").hidden = true;
pick(shown);

// Before any other form is sent, what was typed is saved: its answer is a new page.
document.addEventListener("submit", async event => {
  const sent = event.target;
  renewTokens();
  if (sent === form || !drafts.unsaved()) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  await drafts.flush();
  renewTokens();
  if (drafts.unsaved()) sent.submit(); // it cannot be saved now; the browser asks before it leaves
  else sent.requestSubmit(event.submitter);
}, {capture: true});
document.addEventListener("keydown", event => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.defaultPrevented && !event.target.closest(".cm-editor")) submit();
});

const earlier = document.getElementById("history");
earlier.addEventListener("toggle", async () => {
  if (!earlier.open) return;
  await drafts.flush();
  const answer = await fetch(form.dataset.history);
  if (answer.ok) document.getElementById("history-list").innerHTML = await answer.text();
});
