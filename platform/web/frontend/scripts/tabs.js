// Tabs as readers of the screen know them: one stop for Tab, arrows, Home and End between them.

/** Fill `list` with a tab for each of `tabs` ({name, panel}); pick(name) follows every choice. */
export function tabList(list, tabs, pick) {
  list.setAttribute("role", "tablist");
  list.setAttribute("aria-label", "Files");
  list.hidden = false;
  const buttons = tabs.map(({name, panel}, index) => {
    const button = Object.assign(document.createElement("button"), {type: "button", className: "tab file", textContent: name, id: `tab-${index}`});
    button.setAttribute("role", "tab");
    button.setAttribute("aria-controls", panel.id);
    panel.setAttribute("role", "tabpanel");
    list.append(button);
    return button;
  });
  const choose = index => {
    buttons.forEach((button, at) => {
      button.setAttribute("aria-selected", String(at === index));
      button.tabIndex = at === index ? 0 : -1;
    });
    tabs[index].panel.setAttribute("aria-labelledby", buttons[index].id);
    pick(tabs[index].name);
  };
  list.addEventListener("click", event => {
    const index = buttons.indexOf(event.target.closest("[role=tab]"));
    if (index >= 0) choose(index);
  });
  list.addEventListener("keydown", event => {
    const here = buttons.indexOf(document.activeElement);
    const last = buttons.length - 1;
    const to = {ArrowRight: here === last ? 0 : here + 1, ArrowLeft: here === 0 ? last : here - 1, Home: 0, End: last}[event.key];
    if (here < 0 || to === undefined) return;
    event.preventDefault();
    choose(to);
    buttons[to].focus();
  });
  choose(0);
}
