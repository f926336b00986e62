// Which questions are asked, given the answers so far: the twin of survey_app/instruments/conditions.py. Both are tested
// with tests/questionnaires/show_if_cases.json. Answers are stored values (3, "post", [1, 2], "2026-06-01"), not what a
// page holds as text. A rule is data, {"op": "in", "item": "n5", "values": [3], "missing": [9]} or
// {"op": "all", "of": [rule, …]}; nothing in it is ever run.

// Whether a rule is true of the answers. A comparison with a missing answer is false, whatever the operator, and a code
// such as "no opinion" is missing unless the rule lists it.
export function holds(rule, answers) {
  if (rule.op === "all") return rule.of.every((part) => holds(part, answers));
  if (rule.op === "any") return rule.of.some((part) => holds(part, answers));
  if (rule.op === "not") return !holds(rule.of[0], answers);
  // Only the answers' own entries count: a question may be called "constructor".
  const given = Object.prototype.hasOwnProperty.call(answers, rule.item);
  return given && compare(rule, answers[rule.item]);
}

// The keys of the questions on the respondent's path, in order. Questions are {key, show_if}, show_if a rule or null; an
// answer to a question off the path does not count.
export function path(questions, answers) {
  const counted = Object.create(null);
  const keys = [];
  for (const { key, show_if: rule } of questions) {
    if (rule && !holds(rule, counted)) continue;
    keys.push(key);
    if (Object.prototype.hasOwnProperty.call(answers, key)) counted[key] = answers[key];
  }
  return keys;
}

function compare(rule, answer) {
  if (answer === null || answer === undefined || answer === "") return false;
  const chosen = Array.isArray(answer) ? answer : [answer];
  if (chosen.length === 0) return false;
  const listed = chosen.some((part) => rule.values.includes(part));
  if (rule.op === "in" || rule.op === "eq") return listed;
  if (chosen.some((part) => rule.missing.includes(part))) return false;
  if (rule.op === "not_in") return !listed;
  return inOrder(rule.op, answer, rule.values[0]);
}

// Numbers with numbers, and texts with texts: days in ISO form sort as text.
function inOrder(op, answer, limit) {
  if (typeof answer !== typeof limit || !["number", "string"].includes(typeof answer)) return false;
  return op === "ge" ? answer >= limit : answer <= limit;
}
