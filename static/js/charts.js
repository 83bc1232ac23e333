/* Draws the interactive charts. The library is fetched when the first chart is opened, not before:
   figures come as JSON in the page, colours from the stylesheet. */
(() => {
  "use strict";

  /* The library adds a style sheet for maps, which we never draw and our content policy forbids,
     unless something with this id is there already. A test sees it when the id changes. */
  const MAP_STYLES = "9f215cf04c5486422605d13261cb87401f4e7763b6296af81e98efbc0130da53";
  const keepOut = () => document.head.append(Object.assign(document.createElement("meta"), { id: MAP_STYLES }));

  let library;
  const fetchLibrary = (address) =>
    (library ??= new Promise((resolve, reject) => {
      keepOut();
      const script = Object.assign(document.createElement("script"), { src: address, onload: resolve, onerror: reject });
      document.head.append(script);
    }));

  const role = (name) => {
    const probe = document.createElement("i");
    probe.className = `tone-${name}`;
    document.body.append(probe);
    const colour = getComputedStyle(probe).color;
    probe.remove();
    return colour;
  };

  const draw = (holder) => {
    const figure = JSON.parse(document.getElementById(holder.dataset.figure).textContent);
    const text = getComputedStyle(document.body).color;
    const grid = role("rule");
    const traces = figure.data.map((trace) => {
      const color = role(trace.meta.tone);
      return { ...trace, line: { ...trace.line, color }, marker: { ...trace.marker, color } };
    });
    const layout = {
      ...figure.layout,
      autosize: true,
      height: 340,
      paper_bgcolor: "transparent",
      plot_bgcolor: "transparent",
      font: { color: text, size: 12 },
      margin: { l: 56, r: 16, t: 8, b: 40 },
      xaxis: { ...figure.layout.xaxis, gridcolor: grid, fixedrange: true },
      yaxis: { gridcolor: grid, zerolinecolor: grid, rangemode: "tozero", fixedrange: true },
      hoverlabel: { bgcolor: getComputedStyle(holder).backgroundColor, font: { color: text } },
    };
    return window.Plotly.react(holder, traces, layout, { displayModeBar: false, responsive: true });
  };

  const show = async (box) => {
    const holder = box.querySelector("[data-figure]");
    try {
      await fetchLibrary(box.dataset.library);
      await draw(holder);
    } catch {
      holder.textContent = "The chart could not be drawn. The table beneath says the same.";
    }
  };

  document.addEventListener("toggle", (event) => event.target.matches?.("[data-library][open]") && show(event.target), true);
  new MutationObserver(() => document.querySelectorAll("[data-library][open] [data-figure]").forEach((holder) => window.Plotly && draw(holder))).observe(document.documentElement, { attributeFilter: ["data-theme"] });
})();
