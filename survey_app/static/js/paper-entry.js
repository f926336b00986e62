// Keying a paper form with one hand: a number goes on by itself as soon as it can mean only one box, Enter goes on, minus
// goes back, a star says that the paper cannot be read. Questions that this person was not asked are passed over. Without
// this file the page is a plain form; all checks are the server's.
import { path } from "./conditions.js";

const form = document.querySelector("form[data-path]");
const questions = JSON.parse(form.dataset.path);
const save = form.querySelector("#save");
const rows = [...form.querySelectorAll(".entry")].map((element) => ({
  element,
  key: element.dataset.key,
  kind: element.dataset.kind,
  choices: JSON.parse(element.dataset.choices),
  input: element.querySelector("input"),
  told: element.querySelector("output"),
}));
const ONE = ["scale", "single"];
let asked = new Set(rows.map((row) => row.key));

const typed = (row) => row.input.value.trim();
const chosen = (row) => row.choices.find((choice) => choice.code === typed(row));
const codesIn = (row) => {
  const parts = typed(row).split(/[\s,;.+]+/).filter(Boolean);
  return row.choices.length <= 9 ? parts.flatMap((part) => [...part]) : parts;
};

// What was typed as the answer it stands for; undefined where it stands for none.
function answer(row) {
  const text = typed(row);
  if (text === "" || text === "*") return undefined;
  if (ONE.includes(row.kind)) return chosen(row)?.value;
  if (row.kind === "multiple") {
    const values = codesIn(row).map((code) => row.choices.find((choice) => choice.code === code)?.value);
    return values.includes(undefined) ? undefined : values;
  }
  if (text.startsWith("/")) return chosen(row)?.value;
  if (row.kind === "number") return /^-?\d+([.,]\d+)?$/.test(text) ? Number(text.replace(",", ".")) : undefined;
  if (row.kind === "date") return text.replace(/^(\d\d)\/?(\d\d)\/?(\d{4})$/, "$3-$2-$1");
  return text;
}

function follow() {
  const answers = Object.create(null);
  for (const row of rows) {
    const value = answer(row);
    if (value !== undefined) answers[row.key] = value;
  }
  asked = new Set(path(questions, answers));
  for (const row of rows) {
    const off = !asked.has(row.key);
    row.element.classList.toggle("off", off);
    if (off && typed(row) === "") row.told.textContent = form.dataset.off;
    else if (row.told.textContent === form.dataset.off) row.told.textContent = "";
  }
}

function tell(row) {
  const text = typed(row);
  const words = row.kind === "multiple" ? codesIn(row).map((code) => row.choices.find((one) => one.code === code)?.label) : [chosen(row)?.label];
  const wrong = isWrong(row);
  row.told.textContent = text === "*" ? form.dataset.unclear : wrong ? form.dataset.wrong : words.filter(Boolean).join("; ");
  row.told.classList.toggle("error", wrong);
  row.input.toggleAttribute("aria-invalid", false);
  if (wrong) row.input.setAttribute("aria-invalid", "true");
}

function isWrong(row) {
  const text = typed(row);
  if (text === "" || text === "*") return false;
  if (ONE.includes(row.kind)) return !row.choices.some((choice) => choice.code.startsWith(text));
  if (row.kind === "multiple") return answer(row) === undefined;
  return false;
}

function go(from, step) {
  let place = rows.indexOf(from) + step;
  while (rows[place] && !asked.has(rows[place].key)) place += step;
  const next = rows[place];
  if (next) {
    next.input.focus();
    next.input.select();
  } else if (step > 0) save.focus();
}

for (const row of rows) {
  row.input.addEventListener("focus", () => {
    row.element.classList.add("now");
    row.element.scrollIntoView({ block: "nearest" });
  });
  row.input.addEventListener("blur", () => row.element.classList.remove("now"));
  row.input.addEventListener("input", () => {
    tell(row);
    follow();
    const text = typed(row);
    if (isWrong(row)) row.input.select();
    else if (text === "*") go(row, 1);
    else if (ONE.includes(row.kind) && chosen(row) && !row.choices.some((one) => one.code !== text && one.code.startsWith(text))) go(row, 1);
  });
  row.input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    const writing = ["text", "number"].includes(row.kind) && row.input.value !== "";
    const back = (event.key === "-" && !writing) || (event.key === "Backspace" && row.input.value === "");
    if (event.key === "Enter" && !isWrong(row)) go(row, 1);
    else if (back) go(row, -1);
    else if (event.key !== "Enter") return;
    event.preventDefault();
  });
}

// From the last button back to the last question, with the same key.
save.addEventListener("keydown", (event) => {
  if (event.key !== "-" && event.key !== "Backspace") return;
  event.preventDefault();
  const last = rows.filter((row) => asked.has(row.key)).at(-1);
  last?.input.focus();
  last?.input.select();
});

// A quick hand on a slow network types before this file has come, all of it into the first field: typed again, key by key.
function typeAgain(text) {
  for (const character of text) {
    const input = document.activeElement;
    if (!rows.some((row) => row.input === input)) return;
    input.setRangeText(character, input.selectionStart, input.selectionEnd, "end");
    input.dispatchEvent(new Event("input"));
  }
}

follow();
const early = document.activeElement === rows[0].input && rows[0].input.defaultValue === "" ? typed(rows[0]) : "";
if (early) rows[0].input.value = "";
(rows.find((row) => row.input.getAttribute("aria-invalid") === "true") ?? rows.find((row) => asked.has(row.key)))?.input.focus();
typeAgain(early);
