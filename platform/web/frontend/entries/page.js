// On every page: nothing that the page could not do without. A form whose answer takes a moment
// says so, and cannot be sent twice.
document.addEventListener("submit", event => {
  const button = event.submitter;
  if (event.defaultPrevented || !button || event.target.hasAttribute("hx-post")) return;
  // After the browser has read the form: a disabled button would not be sent along.
  setTimeout(() => button.setAttribute("aria-disabled", "true"), 0);
  if (button.dataset.busy) button.textContent = button.dataset.busy;
});
addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("button[aria-disabled]")) button.removeAttribute("aria-disabled");
});
