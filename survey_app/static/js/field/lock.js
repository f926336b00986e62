// The screens before work: setting the PIN, and unlocking with it.
import { el } from "../offline/dom.js";
import { setPin, tryPin } from "./pin.js";

const SHAPE = /^\d{4,6}$/;

function pinField(say, name, label, hint) {
  return el("div", { class: "field" },
    el("label", { class: "label", for: name }, label),
    hint && el("span", { class: "hint", id: `${name}-hint` }, hint),
    el("input", {
      class: "input input-short pin", id: name, name, type: "password", inputmode: "numeric", maxlength: 6, autocomplete: "off",
      "aria-describedby": hint ? `${name}-hint` : null,
    }));
}

function complain(form, message) {
  form.querySelector(".flash-error")?.remove();
  form.prepend(el("div", { class: "flash flash-error", role: "alert" }, el("p", {}, message)));
}

// Choose a PIN, twice; resolves when it is set.
export function choosePin(app) {
  const { say } = app;
  return new Promise((resolve) => {
    const form = el("form", { class: "card", novalidate: true, autocomplete: "off" },
      pinField(say, "pin", say("pin_new"), say("pin_hint")),
      pinField(say, "pin-again", say("pin_again")),
      el("button", { class: "button" }, say("pin_set")));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const [pin, again] = ["pin", "pin-again"].map((id) => form.querySelector(`#${id}`).value);
      if (!SHAPE.test(pin)) return complain(form, say("pin_shape"));
      if (pin !== again) return complain(form, say("pin_differs"));
      form.querySelector("button").disabled = true;
      await setPin(app.store, pin);
      resolve();
    });
    app.page(say("pin_title"), el("p", { class: "lead" }, say("pin_why")), form);
    form.querySelector("#pin").focus();
  });
}

// Ask for the PIN; resolves when it was right. `goOn`: back to a form that waits, where there is one.
export function unlock(app, { goOn, forgotten }) {
  const { say } = app;
  return new Promise((resolve) => {
    const form = el("form", { class: "card", novalidate: true, autocomplete: "off" },
      pinField(say, "pin", say("pin")),
      el("button", { class: "button" }, say("unlock")));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const field = form.querySelector("#pin");
      const button = form.querySelector("button");
      button.disabled = true;
      const { right, wait } = await tryPin(app.store, field.value, app.clock);
      button.disabled = false;
      if (right) return resolve();
      field.value = "";
      complain(form, wait > 0 ? say("pin_wait", { seconds: wait }) : say("pin_wrong"));
      field.focus();
    });
    app.page(say("locked"), el("p", {}, say("locked_why")), form,
      goOn && el("p", {}, el("button", { class: "button button-quiet", type: "button", onclick: goOn }, say("form_go_on"))),
      el("p", {}, el("button", { class: "link", type: "button", onclick: forgotten }, say("pin_forgotten"))));
    form.querySelector("#pin").focus();
  });
}
