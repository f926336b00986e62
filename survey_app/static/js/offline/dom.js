// Elements without markup in strings: el("p", { class: "hint" }, "words"). Attributes that are false, null or undefined
// are left away, true stands alone; a child may be an element, a text, or nothing.
export function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  set(made, attributes);
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

export function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value === false || value === null || value === undefined) element.removeAttribute(name);
    else element.setAttribute(name, value);
  }
}

const SVG = "http://www.w3.org/2000/svg";

// A drawing that stands on the page as a symbol.
export function drawing(symbol, className) {
  const made = document.createElementNS(SVG, "svg");
  made.setAttribute("class", className);
  made.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#${symbol}`);
  made.append(use);
  return made;
}

// The words of a name, with what stands in braces filled in: say("left", { count: 3 }). A pair of words is one and many,
// told apart by `count`.
export function speaker(words) {
  return (name, values = {}) => {
    const found = words[name];
    const text = Array.isArray(found) ? found[Number(values.count) === 1 ? 0 : 1] : found;
    return String(text ?? name).replace(/\{(\w+)\}/g, (whole, key) => (key in values ? String(values[key]) : whole));
  };
}
