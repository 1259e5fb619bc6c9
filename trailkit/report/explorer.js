// The page's part of explorer.py. It draws the figure or lists the questions, sends what
// is chosen or dragged over, and shows the card and the line that come back. Cards are
// escaped in Python.
const STYLE = `
.tk-explore{display:flex;flex-wrap:wrap;gap:12px}
.tk-explore .tk-chart{flex:1 1 560px;min-width:0}
.tk-explore .tk-beside{flex:1 1 340px;max-width:100%;max-height:560px;overflow:auto}
.tk-explore .tk-line{display:flex;gap:8px;align-items:start;margin:0 0 8px}
.tk-explore .tk-line[hidden]{display:none}
.tk-explore code{flex:1;white-space:pre-wrap;overflow-wrap:anywhere;padding:5px 8px;
background:var(--jp-layout-color2,#f3f5f7);color:var(--jp-ui-font-color1,#1f2328)}
.tk-questions{list-style:none;margin:6px 0 0;padding:0;max-height:480px;overflow:auto}
.tk-questions button{display:flex;gap:12px;width:100%;text-align:left;border:0;
padding:4px 6px;background:none;color:inherit;font:inherit;cursor:pointer}
.tk-questions button:is(:hover,:focus){background:var(--jp-layout-color2,#f3f5f7)}
.tk-questions b{flex:0 0 15em;overflow-wrap:anywhere;font-weight:600}
.tk-explore .tk-say{position:absolute;width:1px;height:1px;overflow:hidden;
clip-path:inset(50%)}`;

function make(name, parent, options) {
  return parent.appendChild(Object.assign(document.createElement(name), options));
}

// The kernel has plotly.js: the first chart on a page asks it, and nothing is fetched.
function library(model) {
  if (window.Plotly) { return Promise.resolve(); }
  return new Promise((done) => {
    model.on("msg:custom", (said) => {
      if (!said.plotly) { return; }
      if (!window.Plotly) {
        make("script", document.head, { textContent: said.plotly });
      }
      done();
    });
    model.send({ kind: "plotly" });
  });
}

function copy(code) {
  window.getSelection().selectAllChildren(code);
  if (navigator.clipboard) { navigator.clipboard.writeText(code.textContent); }
}

// What is typed finds the questions that hold each of its words.
function pick(model, place) {
  const questions = JSON.parse(model.get("questions"));
  const search = make("input", place, { type: "search", placeholder: "Search" });
  search.ariaLabel = "Search the questions";
  const list = make("ul", place, { className: "tk-questions" });
  function fill() {
    const words = search.value.toLowerCase().split(/\s+/);
    list.replaceChildren();
    for (const { name, title, about } of questions) {
      if (!words.every((word) => about.includes(word))) { continue; }
      const button = make("button", make("li", list, {}), { type: "button" });
      make("b", button, { textContent: name });
      make("span", button, { textContent: title });
      button.onclick = () => model.send({ kind: "question", question: name });
    }
    if (!list.children.length) { make("li", list, { textContent: "None has it." }); }
  }
  search.oninput = fill;
  fill();
}

async function render({ model, el }) {
  el.classList.add("tk-explore");
  make("style", el, { textContent: STYLE });
  const say = make("div", el, { className: "tk-say", role: "status" });
  const picks = Boolean(model.get("questions"));
  const place = make("div", el, { className: "tk-chart" });
  place.role = picks ? "group" : "img";
  place.ariaLabel = model.get("words");
  const beside = make("div", el, { className: "tk-beside", role: "region" });
  beside.ariaLabel = "What was chosen";
  beside.tabIndex = 0;
  const line = make("div", beside, { className: "tk-line" });
  const code = make("code", line, { tabIndex: 0 });
  const button = make("button", line, { textContent: "Copy", type: "button" });
  button.onclick = () => copy(code);
  const card = make("div", beside, { ariaLive: "polite" });

  function show() {
    card.innerHTML = model.get("panel");
    code.textContent = model.get("code");
    line.hidden = !model.get("code");
  }
  model.on("change:panel change:code", show);
  show();

  if (picks) { pick(model, place); return; }
  place.tabIndex = 0;
  const figure = JSON.parse(model.get("figure"));
  place.style.height = (figure.layout.height || 420) + "px";
  await library(model);
  await window.Plotly.newPlot(place, figure.data, figure.layout, figure.config);
  const choose = (points) => model.send({
    kind: "mark", marks: points.map((at) => [at.curveNumber, at.pointNumber]),
  });
  const narrow = (start, end) => model.send({ kind: "window", start, end });
  place.on("plotly_click", (event) => choose(event.points));
  place.on("plotly_relayout", (now) => {
    const [start, end] = [now["xaxis.range[0]"], now["xaxis.range[1]"]];
    if (start !== undefined && end !== undefined) { narrow(start, end); }
  });
  const span = {};
  step(place, say, (key, mark) => {
    if (key === "Enter") { choose([mark]); }
    if (key === "[" || key === "]") {
      const trace = place.data[mark.curveNumber];
      const times = trace.orientation === "h" ? trace.base : trace.x;
      span[key] = times[mark.pointNumber];
      if (span["["] && span["]"]) { narrow(span["["], span["]"]); }
    }
  });
}

export default { render };
