// A lesson: its contents say where the reader is, and a locked answer keeps the focus.
const links = new Map([...document.querySelectorAll(".toc a[href^='#']")].map(link => [link.hash.slice(1), link]));
const onScreen = new Set();

function mark() {
  const current = [...links.keys()].find(id => onScreen.has(id));
  if (!current) return;
  for (const [id, link] of links) {
    if (id === current) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

const observer = new IntersectionObserver(entries => {
  for (const {target, isIntersecting} of entries) onScreen[isIntersecting ? "add" : "delete"](target.id);
  mark();
}, {rootMargin: "-10% 0px -60% 0px"});
for (const id of links.keys()) observer.observe(document.getElementById(id));

// The form that had the focus is gone; without this the next Tab would begin at the top again.
document.addEventListener("htmx:after:swap", () => {
  const question = document.querySelector(".question[data-moved]");
  question?.focus();
  question?.removeAttribute("data-moved");
});
