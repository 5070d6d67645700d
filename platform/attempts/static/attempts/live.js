// Keeps the page of a running attempt up to date. Each frame carries whole parts of the page, so
// a page that was away needs no replay, and a frame that comes twice does no harm.
const run = document.getElementById("run");
const link = document.getElementById("run-link");
const pause = document.getElementById("run-pause");
const words = { live: "live", reconnecting: "reconnecting", paused: "paused", still: "not live" };
const RETRY_MS = 2000;

let source = null;
let last = run.dataset.last;
let held = null; // parts that came while the view was paused; null when it is not
let over = false;
let retry = 0;

const key = (id) => id.split("-").map(Number);
const isOlder = (id) => {
  const [a, b] = [key(id), key(last)];
  return a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);
};

function say(state) {
  link.dataset.state = state;
  link.querySelector("use").setAttribute("href", state === "live" ? "#g-play" : "#g-pause");
  link.querySelector("span").textContent = words[state];
}

function show(parts) {
  for (const [id, html] of Object.entries(parts)) {
    const element = document.getElementById(id);
    if (element) element.innerHTML = html;
  }
  // A reader who scrolled up in the output stays there; everybody else follows its end.
  const output = document.getElementById("run-output");
  if (parts["run-output"] !== undefined && document.activeElement !== output) {
    output.scrollTop = output.scrollHeight;
  }
}

function take(event) {
  if (event.lastEventId && isOlder(event.lastEventId)) return;
  last = event.lastEventId || last;
  const parts = JSON.parse(event.data);
  if (held) Object.assign(held, parts);
  else show(parts);
}

function finish() {
  over = true;
  close();
  location.reload();
}

function close() {
  clearTimeout(retry);
  source?.close();
  source = null;
}

function open() {
  close();
  if (over || document.hidden) return;
  source = new EventSource(run.dataset.events);
  source.addEventListener("open", () => say(held ? "paused" : "live"));
  source.addEventListener("frame", take);
  source.addEventListener("over", finish);
  source.addEventListener("error", () => {
    if (!held) say("reconnecting");
    // A refused or failed answer closes the source for good: the browser retries only a
    // connection that broke.
    if (source?.readyState === EventSource.CLOSED) retry = setTimeout(look, RETRY_MS);
  });
}

// Before another try, ask whether the page itself may still be seen.
async function look() {
  try {
    const answer = await fetch(location.href, { method: "HEAD" });
    if ([401, 403, 404].includes(answer.status)) return location.reload();
  } catch {
    // The server is away; the next try will tell.
  }
  open();
}

// A hidden page gives its connection back: browsers allow six to one server.
document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));

pause.hidden = false;
pause.addEventListener("click", () => {
  const parts = held;
  held = parts ? null : {};
  if (parts) show(parts);
  pause.setAttribute("aria-pressed", String(Boolean(held)));
  pause.textContent = held ? "Show live view" : "Pause live view";
  say(held ? "paused" : "live");
});

open();
