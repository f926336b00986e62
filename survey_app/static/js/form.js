// Shows and hides questions as the answers they depend on change. Without this file the server does the same
// at the next "Tiếp tục". A "none of these" unticks the rest, one level down a long list gets a gentle word, a second
// click sends nothing twice, and nothing is sent into a network that is not there. A rule is data: {"op":"in","item":"n5","values":[3],"missing":[]} or {"op":"all","of":[…]}.
(() => {
  "use strict";
  const form = document.querySelector("form[data-questions]");
  if (!form) return;
  const questions = [...form.querySelectorAll("[data-item]")];
  const conditional = questions.filter((question) => question.dataset.showIf);
  const rules = new Map(conditional.map((question) => [question, JSON.parse(question.dataset.showIf)]));
  // Answers given on earlier pages, if the server sent them along.
  const earlier = JSON.parse(form.dataset.answers || "{}");

  // A number as survey_app/instruments/typed_values.py reads it: 2,5 and 2.5 and 1.234,5; 1.234 alone is no answer yet.
  const numberIn = (text) => {
    const plain = /^[-+]?\d{1,15}([.,]\d{1,9})?$/.test(text);
    const grouped = /^[-+]?\d{1,3}((\.\d{3})+(,\d{1,9})?|(,\d{3})+(\.\d{1,9})?)$/.test(text);
    if (plain && grouped && /[.,]/.test(text) && !/^[-+]*0/.test(text)) return undefined;
    if (plain) return Number(text.replace(",", "."));
    const [mark] = text.match(/[.,]/) || [];
    return grouped ? Number(text.replaceAll(mark, "").replace(",", ".")) : undefined;
  };

  const typedIn = (input) => {
    const text = input.value.trim();
    return input.inputMode ? numberIn(text) : text || undefined;
  };

  const answerIn = (question) => {
    const chosen = [...question.querySelectorAll("input:checked")];
    if (chosen.length) return chosen[0].type === "radio" ? chosen[0].value : chosen.map((input) => input.value);
    const ranked = [...question.querySelectorAll("select")].map((select) => select.value).filter(Boolean);
    if (ranked.length) return ranked;
    const other = (input) => ["hidden", "radio", "checkbox"].includes(input.type) || input.closest(".option-other");
    const typed = [...question.querySelectorAll("input, textarea")].find((input) => !other(input));
    return typed ? typedIn(typed) : undefined;
  };

  // A choice on the page is text; the rule says by the kind of its own value whether a number is meant.
  const as = (value, answer) => (typeof value === "number" ? Number(answer) : String(answer));
  const among = (answer, values) => [answer].flat().some((one) => values.some((value) => as(value, one) === value));

  // The same rules as survey_app/instruments/conditions.py: a comparison with a missing answer is false, and a code
  // such as "no opinion" is missing unless the rule names it.
  const holds = (rule, answers) => {
    if (rule.op === "all") return rule.of.every((part) => holds(part, answers));
    if (rule.op === "any") return rule.of.some((part) => holds(part, answers));
    if (rule.op === "not") return !holds(rule.of[0], answers);
    const answer = answers[rule.item];
    if (answer === undefined || answer === null || answer.length === 0) return false;
    const listed = among(answer, rule.values);
    if (rule.op === "in" || rule.op === "eq") return listed;
    if (among(answer, rule.missing)) return false;
    if (rule.op === "not_in") return !listed;
    const [limit] = rule.values;
    return rule.op === "ge" ? as(limit, answer) >= limit : as(limit, answer) <= limit;
  };

  const update = () => {
    // A question can only depend on earlier ones, so one pass in page order is enough.
    const answers = Object.assign(Object.create(null), earlier); // a question may be called "constructor"
    for (const question of questions) {
      const shown = !rules.has(question) || holds(rules.get(question), answers);
      question.hidden = question.disabled = !shown;
      const answer = shown ? answerIn(question) : undefined;
      if (answer === undefined) delete answers[question.dataset.item];
      else answers[question.dataset.item] = answer;
    }
  };

  // An answer such as "none of these" stands alone.
  const standAlone = ({ target }) => {
    if (target.type !== "checkbox" || !target.checked) return;
    for (const other of target.closest("fieldset").querySelectorAll("input[type=checkbox]")) {
      if (other !== target && (target.matches("[data-exclusive]") || other.matches("[data-exclusive]"))) other.checked = false;
    }
  };

  // A note stands after the questions of a long list; it is shown while they all carry one and the same level.
  const lists = [...form.querySelectorAll("[data-same]")].map((note) => {
    const keys = new Set(note.dataset.same.split(" "));
    return { note, long: Number(note.dataset.long), rows: questions.filter((row) => keys.has(row.dataset.item)) };
  });
  const levelOf = (row) => {
    const chosen = row.querySelector("input:checked");
    return chosen && !chosen.closest(".no-opinion, .apart") ? chosen.value : "";
  };
  const compare = () => {
    for (const { note, long, rows } of lists) {
      const asked = rows.filter((row) => !row.hidden);
      const levels = new Set(asked.map(levelOf));
      note.hidden = asked.length < long || levels.size !== 1 || levels.has("");
      note.nextElementSibling.disabled = note.hidden; // tells the server that the word was said
    }
  };

  const SECOND_CLICK = 4000;
  const offline = document.querySelector(".offline");
  let sentAt = -SECOND_CLICK;
  const send = (event) => {
    const unsent = !navigator.onLine;
    if (offline) offline.hidden = !unsent;
    if (unsent || event.timeStamp - sentAt < SECOND_CLICK) event.preventDefault();
    else sentAt = event.timeStamp;
  };
  const arrive = () => {
    sentAt = -SECOND_CLICK;
    update();
    compare();
  };

  form.addEventListener("change", standAlone);
  form.addEventListener("change", update);
  form.addEventListener("change", compare);
  form.addEventListener("input", update);
  form.addEventListener("submit", send);
  window.addEventListener("online", () => offline && (offline.hidden = true));
  window.addEventListener("pageshow", arrive);
  arrive();
})();
