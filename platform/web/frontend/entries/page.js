// On every page: nothing that the page could not do without. A form whose answer takes a moment
// says so, and cannot be sent twice.
document.addEventListener("submit", event => {
  const button = event.submitter;
  if (event.defaultPrevented || !button || event.target.hasAttribute("hx-post")) return;
  if (event.target.dataset.under === "way") return event.preventDefault();
  event.target.dataset.under = "way";
  // After the browser has read the form: a disabled button would not be sent along.
  setTimeout(() => button.setAttribute("aria-disabled", "true"), 0);
  if (button.dataset.busy) { button.dataset.idle = button.innerHTML; button.textContent = button.dataset.busy; }
});
// Back to a page that the browser has kept: it is as it was before anything was sent.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-under]")) delete form.dataset.under;
  for (const button of document.querySelectorAll("button[aria-disabled]")) {
    button.removeAttribute("aria-disabled");
    if (button.dataset.idle) button.innerHTML = button.dataset.idle;
    delete button.dataset.idle;
  }
});
