// Draws the questions of a section: the twin of templates/respond/question.html and table.html, same classes, same ids.
import { drawing, el } from "./dom.js";

// One block: a question, or several on one scale as a table. `context`: instrument, say, language, text (fills names in).
export function drawBlock(items, answers, context, caption) {
  return items.length > 1 ? table(items, answers, context, caption) : question(items[0], answers, context);
}

// The questions of a section as the page shows them, without the lines of „other” options.
export function blocksOf(section, instrument) {
  const blocks = [];
  for (const item of section.items) {
    if (item.parent) continue;
    const before = blocks.at(-1)?.at(-1);
    if (before && inOneTable(before, item, instrument)) blocks.at(-1).push(item);
    else blocks.push([item]);
  }
  return blocks;
}

function inOneTable(before, item, instrument) {
  if (before.type !== "scale" || item.type !== "scale" || before.scale !== item.scale) return false;
  return !before.show_if && !item.show_if && instrument.scales[item.scale].grid;
}

const anchor = (item) => `q-${item.key}`;

function question(item, answers, context) {
  const { text } = context;
  if (item.type === "information") {
    return el("div", { class: "information", id: anchor(item), "data-item": item.key }, el("p", {}, text(item.text)));
  }
  const one = ["scale", "single"].includes(item.type);
  return el(
    "fieldset",
    {
      class: "question", id: anchor(item), "data-item": item.key, role: one && "radiogroup",
      "aria-describedby": item.hint ? `${anchor(item)}-hint` : null,
    },
    el("legend", { class: "question-text", id: `${anchor(item)}-text` },
      item.number && el("span", { class: "question-number" }, `${item.number}.`), text(item.text)),
    item.hint && el("p", { class: "hint", id: `${anchor(item)}-hint` }, text(item.hint)),
    body(item, answers, context),
  );
}

function body(item, answers, context) {
  if (["scale", "single", "multiple"].includes(item.type)) return choices(item, answers, context);
  if (item.type === "ranking") return ranking(item, answers, context);
  return typing(item, answers, context);
}

function choices(item, answers, { instrument, say, language }) {
  const scale = item.type === "scale" ? instrument.scales[item.scale] : null;
  const kind = item.type === "multiple" ? "checkbox" : "radio";
  const inside = scale ? scale.points : item.options.filter((option) => !option.missing);
  const outside = scale ? scale.outside : item.options.filter((option) => option.missing);
  const levels = scale ? facesOf(scale, item) : [];
  const other = instrument.items.get(`${item.key}_other`);
  const chosen = [answers[item.key] ?? []].flat();
  let number = 0;
  const draw = (option, { level, exclusive }) => {
    const id = `${item.key}-${number++}`;
    return el("label", { class: "option", for: id },
      el("input", {
        type: kind, id, name: item.key, value: option.value, checked: chosen.includes(option.value), "data-exclusive": exclusive,
      }),
      el("span", { class: "option-fill" }),
      level && drawing(`face-${level}`, "face"),
      el("span", { class: "option-text" }, option.label[language]));
  };
  const classes = ["options", scale ? "scale" : "choices-list"];
  if (levels.length) classes.push("scale-faces", `scale-${inside.length}`);
  else if (inside.length === 2 && !other) classes.push("two");
  const rows = inside.map((option, place) => [
    draw(option, { level: levels[place], exclusive: Boolean(option.exclusive) }),
    option.other && other && otherLine(other, answers, say, language),
  ]);
  const apart = outside.map((option) =>
    el("div", { class: "options no-opinion" }, draw(option, { exclusive: kind === "checkbox" })));
  return [
    el("div", { class: classes.join(" ") }, rows),
    apart.length > 0 && el("div", { class: "apart-row" }, apart),
    !apart.length && kind === "radio" && !item.required && el("label", { class: "take-back", for: `${item.key}-none` },
      el("input", { type: "radio", class: "visually-hidden", id: `${item.key}-none`, name: item.key, value: "", "data-none": true }),
      el("span", {}, say("take_back"))),
  ];
}

function facesOf(scale, item) {
  if (!scale.faces || item.reversed) return [];
  const levels = { 3: [2, 3, 4], 5: [1, 2, 3, 4, 5] }[scale.points.length] ?? [];
  return scale.satisfied.includes(scale.points[0].value) ? levels.reverse() : levels;
}

function otherLine(item, answers, say, language) {
  return el("div", { class: "option-other", id: anchor(item), "data-line": item.key },
    el("label", { for: item.key }, say("other_line", { option: item.text[language] })),
    el("input", {
      class: "input", id: item.key, name: item.key, type: "text", maxlength: item.max_length, autocomplete: "off",
      placeholder: " ", value: answers[item.key] ?? "",
    }));
}

function ranking(item, answers, { say, language }) {
  const chosen = answers[item.key] ?? [];
  const places = Array.from({ length: item.places }, (_nothing, place) => place);
  return el("div", { class: "ranking" }, places.map((place) =>
    el("div", { class: "rank" },
      el("label", { for: `${item.key}-${place + 1}` }, say(`place_${place + 1}`)),
      el("select", { class: "input", id: `${item.key}-${place + 1}`, name: item.key },
        el("option", { value: "" }, say("please_choose")),
        item.options.map((option) =>
          el("option", { value: option.value, selected: option.value === chosen[place] }, option.label[language]))))));
}

function typing(item, answers, { written, language }) {
  const words = item.missing ?? [];
  const given = answers[item.key];
  const isWord = words.some((word) => word.value === given);
  const value = given === undefined || isWord ? "" : item.type === "number" ? written(given) : given;
  const shape = {
    id: item.key, name: item.key, autocomplete: "off", "aria-labelledby": `${anchor(item)}-text`,
    "aria-describedby": item.hint ? `${anchor(item)}-hint` : null,
  };
  const input = {
    number: () => el("input", { ...shape, class: "input input-short", type: "text", inputmode: item.keyboard, maxlength: 30, value }),
    date: () => el("input", { ...shape, class: "input input-short", type: "date", min: item.min, max: item.max, value }),
    text: () => item.rows === 1
      ? el("input", { ...shape, class: "input", type: "text", maxlength: item.max_length, value })
      : el("textarea", { ...shape, class: "input", rows: item.rows, maxlength: item.max_length }, value),
  }[item.type]();
  return [
    el("div", { class: "answer-input" }, input, item.unit && el("span", { class: "unit" }, item.unit[language])),
    words.length > 0 && el("div", { class: "apart-row" }, words.map((word) =>
      el("div", { class: "options no-opinion" },
        el("label", { class: "option", for: `${item.key}-${word.value}` },
          el("input", {
            type: "checkbox", id: `${item.key}-${word.value}`, name: item.key, value: word.value,
            checked: word.value === given, "data-exclusive": true,
          }),
          el("span", { class: "option-fill" }),
          el("span", { class: "option-text" }, word.label[language]))))),
  ];
}

function table(items, answers, { instrument, text, language }, caption) {
  const scale = instrument.scales[items[0].scale];
  const steps = [...scale.points.map((point) => [point, false]), ...scale.outside.map((point) => [point, true])];
  const cell = (item, [point, apart], number) => {
    const id = `${item.key}-${number}`;
    return el("td", { role: "cell", class: apart && "apart" },
      el("label", { class: "option", for: id },
        el("input", {
          type: "radio", id, name: item.key, value: point.value, checked: answers[item.key] === point.value,
          "aria-labelledby": `${anchor(item)}-text ${id}-text`,
          "aria-describedby": item.hint ? `${anchor(item)}-hint` : null,
        }),
        el("span", { class: "option-fill" }),
        el("span", { class: "option-text", id: `${id}-text` }, point.label[language])));
  };
  return el("table", { class: "grid", role: "table" },
    el("caption", { class: "visually-hidden" }, caption),
    el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, el("td", { role: "cell" }),
      steps.map(([point, apart]) =>
        el("th", { scope: "col", role: "columnheader", class: apart && "apart" }, point.label[language])))),
    el("tbody", { role: "rowgroup" }, items.map((item) =>
      el("tr", { class: "grid-row", role: "row", id: anchor(item), "data-item": item.key },
        el("th", { scope: "row", role: "rowheader" },
          el("span", { id: `${anchor(item)}-text` }, el("span", { class: "question-number" }, `${item.number}.`), text(item.text)),
          item.hint && el("p", { class: "hint", id: `${anchor(item)}-hint` }, text(item.hint))),
        steps.map((step, number) => cell(item, step, number))))));
}
