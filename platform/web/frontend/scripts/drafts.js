// Saves a draft shortly after the last keystroke. A save names the revision it was made from; when
// another tab saved in between, nothing is overwritten and the learner chooses.
const AFTER_MS = 700;
const AGAIN_MS = 4000;
const KEEPALIVE_CHARS = 16_000; // browsers allow 64 KB in all; a character may take four bytes

/** texts() gives the files, put(files) shows others; changed() follows an edit, flush() waits
 *  until what is on the page is saved, or cannot be. */
export function savingDrafts({form, texts, put, token, renewTokens}) {
  const state = document.getElementById("saved");
  const conflict = document.getElementById("conflict");
  let revision = Number(form.dataset.revision); // 0: there is no draft yet
  let dirty = false;   // typed since the last request
  let refused = false; // the last request brought no save, and sending the same again will not either
  let timer = 0;
  let sending = null;
  let theirs = null;

  // Spoken only when something went wrong: "saved" after each pause would drown the editor.
  const say = (words, aloud = false) => {
    state.setAttribute("aria-live", aloud ? "polite" : "off");
    state.textContent = words;
  };
  const later = ms => { clearTimeout(timer); timer = setTimeout(send, ms); };

  async function post() {
    dirty = false;
    const body = JSON.stringify({files: texts(), revision});
    const answer = await fetch(form.dataset.autosave, {
      method: "POST",
      headers: {"Content-Type": "application/json", "X-CSRFToken": token()},
      body,
      keepalive: body.length < KEEPALIVE_CHARS, // outlives the page
    });
    renewTokens();
    const said = await answer.json().catch(() => ({})); // an error page is no JSON
    if (answer.ok) {
      revision = said.revision;
      refused = false;
      say(`draft ${revision}, saved ${said.at}`);
    } else if (answer.status === 409) {
      theirs = said;
      conflict.hidden = false;
      say("not saved: another tab saved this draft", true);
    } else if (answer.status === 422) {
      refused = true;
      say(`not saved: ${said.message}`, true);
    } else if (answer.status < 500) {
      refused = true;
      say("not saved: the server refuses it. Copy your text, then reload the page", true);
    } else throw new Error(`answer ${answer.status}`);
  }

  async function send() {
    clearTimeout(timer);
    if (sending) return sending;
    if (!dirty || theirs) return;
    sending = post().catch(() => {
      dirty = true;
      say("not saved yet: the server cannot be reached; trying again", true);
      later(AGAIN_MS);
    });
    await sending;
    sending = null;
    if (dirty && !theirs) later(AFTER_MS);
  }

  function settle(files) {
    revision = theirs.revision;
    theirs = null;
    conflict.hidden = true;
    if (files) { put(files); dirty = refused = false; say(`draft ${revision}`); }
    else { dirty = true; later(0); }
  }
  document.getElementById("keep-mine").addEventListener("click", () => settle(null));
  document.getElementById("take-theirs").addEventListener("click", () => settle(theirs.files));

  // The last words typed before a page is left. Where they are too many for a request that outlives
  // the page, the browser asks. A save still under way makes this one a conflict, which is kept.
  document.addEventListener("visibilitychange", () => { if (document.hidden) send(); });
  addEventListener("beforeunload", event => {
    if (form.dataset.sent) return;
    // What was typed up to a conflict is kept in the history; what was typed since is only here.
    if (refused || (theirs && dirty)) return event.preventDefault();
    if (!dirty) return;
    if (JSON.stringify(texts()).length < KEEPALIVE_CHARS) post().catch(() => {});
    else event.preventDefault();
  });
  form.addEventListener("submit", () => { form.dataset.sent = "yes"; });
  addEventListener("pageshow", () => { delete form.dataset.sent; });

  return {
    unsaved: () => dirty || refused || sending !== null,
    changed() { dirty = true; say("editing"); later(AFTER_MS); },
    async flush() { if (dirty || sending) await send(); },
  };
}
