// The code editor: what every page that edits a file shares. Pages decide when to save and submit.
import {EditorState} from "@codemirror/state";
import {EditorView, drawSelection, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers} from "@codemirror/view";
import {defaultKeymap, history, historyKeymap} from "@codemirror/commands";
import {StreamLanguage, bracketMatching, indentOnInput, indentUnit, syntaxHighlighting} from "@codemirror/language";
import {highlightSelectionMatches, searchKeymap} from "@codemirror/search";
import {classHighlighter} from "@lezer/highlight";
import {python} from "@codemirror/lang-python";
import {java} from "@codemirror/legacy-modes/mode/clike";
import {properties} from "@codemirror/legacy-modes/mode/properties";
import {shell} from "@codemirror/legacy-modes/mode/shell";
import {toml} from "@codemirror/legacy-modes/mode/toml";

const languages = {
  python: () => [python(), indentUnit.of("    ")],
  java: () => [StreamLanguage.define(java), indentUnit.of("    ")],
  properties: () => StreamLanguage.define(properties),
  shell: () => [StreamLanguage.define(shell), indentUnit.of("    ")],
  toml: () => StreamLanguage.define(toml),
};

// Colours come from the style sheet, so light and dark follow the page without a new mount.
const quiet = EditorView.theme({
  "&": {color: "var(--ink)", backgroundColor: "var(--well)", height: "100%"},
  ".cm-scroller": {fontFamily: "inherit", lineHeight: "inherit"},
  "& .cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground": {background: "color-mix(in srgb, var(--lead) 26%, transparent)"},
  // CodeMirror itself moves the numbers down to the first line; a padding here would do it twice.
  ".cm-gutters": {paddingBlock: "0", backgroundColor: "transparent", color: "var(--code-com)", borderRight: "1px solid var(--rule)"},
  ".cm-activeLineGutter": {backgroundColor: "transparent", color: "var(--ink)"},
  ".cm-activeLine": {backgroundColor: "color-mix(in srgb, var(--lead) 7%, transparent)"},
  ".cm-cursor": {borderLeftColor: "var(--ink)"},
  ".cm-selectionMatch, .cm-searchMatch": {backgroundColor: "color-mix(in srgb, var(--doubt) 26%, transparent)"},
  "&.cm-focused .cm-matchingBracket": {backgroundColor: "transparent", outline: "1px solid var(--edge)"},
  ".cm-panels": {backgroundColor: "var(--panel)", color: "var(--ink)", borderColor: "var(--rule)"},
  ".cm-panels .cm-textfield": {backgroundColor: "var(--well)", color: "var(--ink)", border: "1px solid var(--edge)"},
  ".cm-panels .cm-button": {background: "var(--paper)", color: "var(--ink)", border: "1px solid var(--edge)"},
  // By :focus-within too: the class comes some milliseconds after the focus.
  "&:focus-within, &.cm-focused": {outline: "2px solid var(--lead)", outlineOffset: "-2px"},
});

// Chromium gives text that is typed over a selection the style of what it replaces, as a style
// attribute, which the page's policy refuses and reports. So such an edit never reaches the DOM.
const typedOver = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const plain = event.inputType === "insertText" && event.data !== null && !event.isComposing;
    if (!plain || view.state.readOnly || view.state.selection.ranges.every(range => range.empty)) return false;
    event.preventDefault();
    view.dispatch(view.state.replaceSelection(event.data), {userEvent: "input.type", scrollIntoView: true});
    return true;
  },
});

// The browser hides the nonce attribute from other scripts; the property stays readable here.
const nonce = () => document.querySelector("script[nonce]")?.nonce ?? "";

/** The state of one file: keep one per file and hand it to view.setState() when the tab changes.
 *  onChange(text) follows every edit, onSubmit() follows Ctrl-Enter (Cmd-Enter on a Mac).
 *  Tab is left unbound, so that the keyboard alone can leave the editor. */
export function fileState({name, language, text, onChange = () => {}, onSubmit = () => {}, readOnly = false}) {
  const submit = {key: "Mod-Enter", run: () => (onSubmit(), true)};
  return EditorState.create({
    doc: text,
    extensions: [
      EditorView.cspNonce.of(nonce()), lineNumbers(), highlightActiveLineGutter(), highlightActiveLine(),
      history(), drawSelection(), indentOnInput(), bracketMatching(), highlightSelectionMatches(),
      syntaxHighlighting(classHighlighter), quiet, typedOver, languages[language]?.() ?? [],
      EditorState.readOnly.of(readOnly),
      EditorView.contentAttributes.of({tabindex: "0", "aria-label": `${name}, code editor. Press Escape, then Tab, to leave the editor.`}),
      EditorView.updateListener.of(update => update.docChanged && onChange(update.state.doc.toString())),
      keymap.of([submit, ...defaultKeymap, ...historyKeymap, ...searchKeymap]),
    ],
  });
}

/** An editor inside `parent` that shows `state`. */
export const mount = (parent, state) => new EditorView({parent, state});
