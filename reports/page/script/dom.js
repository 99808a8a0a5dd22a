// Elements, copying, and numbers as people read them.
const SVG = "http://www.w3.org/2000/svg";

function el(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "on") for (const [event, act] of Object.entries(value)) node.addEventListener(event, act);
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

function svg(name, attributes = {}, text) {
  const node = document.createElementNS(SVG, name);
  for (const key in attributes) if (attributes[key] !== undefined) node.setAttribute(key, attributes[key]);
  if (text !== undefined) node.textContent = text;
  return node;
}

async function copy(text, button) {
  let done = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const field = el("textarea", { class: "hidden", "aria-hidden": "true" });
    field.value = text;
    document.body.append(field);
    field.select();
    done = document.execCommand("copy");
    field.remove();
  }
  if (!button) return done;
  const before = button.textContent;
  button.textContent = done ? "copied" : "select it by hand";
  setTimeout(() => { button.textContent = before; }, 1600);
  return done;
}

for (const button of document.querySelectorAll("button.copy"))
  button.addEventListener("click", () => copy(button.previousElementSibling.textContent, button));

const whole = new Intl.NumberFormat("en");
const count = (number) => whole.format(number);
const plural = (number, word) => `${count(number)} ${word}${number === 1 ? "" : "s"}`;

// Ticks are microseconds: 1234567 is 1.234567s, 1234 is 1.234ms.
function time(ticks, digits = 3) {
  const size = Math.abs(ticks);
  const [unit, name] = size >= 1e6 ? [1e6, "s"] : size >= 1e3 ? [1e3, "ms"] : [1, "µs"];
  return `${Number((ticks / unit).toFixed(unit === 1 ? 0 : digits))} ${name}`;
}

// With as many places as a window of this width needs.
function moment(ticks, width) {
  const places = Math.max(0, Math.min(6, 3 - Math.floor(Math.log10(Math.max(width, 1) / 1e6))));
  return `${(ticks / 1e6).toFixed(places)} s`;
}

const tip = el("div", { class: "tip no-print", role: "tooltip", hidden: true });
document.body.append(tip);
function showTip(event, lines) {
  tip.replaceChildren(el("b", {}, lines[0]), ...lines.slice(1).filter(Boolean).map((line) => el("p", {}, line)));
  tip.hidden = false;
  const box = tip.getBoundingClientRect();
  tip.style.left = `${Math.max(4, Math.min(event.clientX + 14, innerWidth - box.width - 8))}px`;
  tip.style.top = `${event.clientY + 18 + box.height > innerHeight ? event.clientY - box.height - 10 : event.clientY + 18}px`;
}
function hideTip() { tip.hidden = true; }
