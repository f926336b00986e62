// Reads what stands in a question and says what is wrong with it: the twin of survey_app/instruments/answer_checks.py
// and typed_values.py. A value is as the server stores it. The server checks all of it again.
const REFUSED = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffe\uffff]/u;
const LARGEST = 1e15;

export class Refused extends Error {}

// The value in the inputs of a question; undefined where nothing was answered. Throws Refused with words.
export function readAnswer(item, place, context) {
  return READERS[item.type](item, place, context);
}

const READERS = { scale: readOne, single: readOne, multiple: readSeveral, ranking: readOrder, number: readNumber, text: readText, date: readDate };

// What can be chosen in a question.
export function choicesOf(item, instrument) {
  if (item.type !== "scale") return item.options;
  const scale = instrument.scales[item.scale];
  return [...scale.points, ...scale.outside];
}

function known(item, instrument) {
  return new Map(choicesOf(item, instrument).map((option) => [String(option.value), option.value]));
}

function readOne(item, place, { instrument }) {
  const chosen = place.querySelector("input[type=radio]:checked");
  return chosen && chosen.value !== "" ? known(item, instrument).get(chosen.value) : undefined;
}

function readSeveral(item, place, { instrument, say, language }) {
  const chosen = new Set([...place.querySelectorAll("input[type=checkbox]:checked")].map((input) => input.value));
  const options = item.options.filter((option) => chosen.has(String(option.value)));
  const alone = options.find((option) => option.alone);
  if (alone && options.length > 1) throw new Refused(say("exclusive_option", { label: alone.label[language] }));
  return options.length ? options.map((option) => option.value) : undefined;
}

function readOrder(item, place, { instrument, say }) {
  const values = known(item, instrument);
  const ranked = [...place.querySelectorAll("select")].map((select) => select.value);
  while (ranked.length && ranked.at(-1) === "") ranked.pop();
  if (ranked.includes("")) throw new Refused(say("gap_in_order"));
  if (new Set(ranked).size !== ranked.length) throw new Refused(say("duplicate_rank"));
  return ranked.length ? ranked.map((value) => values.get(value)) : undefined;
}

// What was typed, or the word chosen instead.
function typed(item, place, { say }) {
  const text = place.querySelector(".answer-input .input").value.trim();
  const words = [...place.querySelectorAll("input[type=checkbox]:checked")].map((input) => input.value);
  if (words.length > 1 || (words.length && text)) throw new Refused(say("typed_and_chosen"));
  return { text, word: words[0] };
}

function readNumber(item, place, context) {
  const { text, word } = typed(item, place, context);
  if (word) return word;
  if (!text) return undefined;
  const value = parseNumber(text, context.say);
  const { say, written } = context;
  if (Math.abs(value) > LARGEST) throw new Refused(say("number_too_large"));
  if (item.min !== null && value < item.min) throw new Refused(say("too_small", { limit: written(item.min) }));
  if (item.max !== null && value > item.max) throw new Refused(say("too_large", { limit: written(item.max) }));
  const steps = (value - (item.min ?? 0)) / item.step;
  if (Math.abs(steps - Math.round(steps)) > 1e-9 * Math.max(1, Math.abs(steps))) {
    throw new Refused(item.step === 1 ? say("whole_number") : say("wrong_step", { step: written(item.step) }));
  }
  return value;
}

// 2,5 and 2.5 and 1.234,5 and 1,234.5; 1.234 alone is one thousand to some readers and one to others.
export function parseNumber(text, say) {
  const plain = /^[-+]?\d{1,15}([.,]\d{1,9})?$/.test(text);
  const grouped = /^[-+]?\d{1,3}((\.\d{3})+(,\d{1,9})?|(,\d{3})+(\.\d{1,9})?)$/.test(text);
  if (plain && grouped && /[.,]/.test(text) && !/^[-+]*0/.test(text)) throw new Refused(say("two_readings"));
  if (plain) return Number(text.replace(",", "."));
  if (!grouped) throw new Refused(say("no_number"));
  const mark = text.match(/[.,]/)[0];
  return Number(text.replaceAll(mark, "").replace(",", "."));
}

function readText(item, place, { say }) {
  const raw = place.querySelector(item.parent ? ".input" : ".answer-input .input").value;
  const text = raw.replace(/\r\n|\r|\u2028|\u2029/g, "\n");
  if (REFUSED.test(text)) throw new Refused(say("hidden_characters"));
  const plain = text.normalize("NFC").trim();
  const length = [...plain].length;
  if (length > item.max_length) throw new Refused(say("text_too_long", { length, limit: item.max_length }));
  return plain || undefined;
}

function readDate(item, place, context) {
  const { text, word } = typed(item, place, context);
  if (word) return word;
  const { say, day } = context;
  if (place.querySelector(".answer-input .input").validity.badInput) throw new Refused(say("no_day"));
  if (!text) return undefined;
  const local = text.match(/^(\d{1,2})\/(\d{1,2})\/(\d{4})$/);
  const iso = local ? `${local[3]}-${local[2].padStart(2, "0")}-${local[1].padStart(2, "0")}` : text;
  const found = /^\d{4}-\d{2}-\d{2}$/.test(iso) ? new Date(`${iso}T00:00:00Z`) : null;
  if (!found || Number.isNaN(found.getTime()) || found.toISOString().slice(0, 10) !== iso) throw new Refused(say("no_day"));
  if (item.min && iso < item.min) throw new Refused(say("too_early", { limit: day(item.min) }));
  if (item.max && iso > item.max) throw new Refused(say("too_late", { limit: day(item.max) }));
  return iso;
}
