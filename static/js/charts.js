/* Draws the interactive charts: figures come as JSON in the page, colours from the stylesheet.
   Loaded, with Plotly, only by pages that have such a chart. */
(() => {
  "use strict";

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
    const traces = figure.data.map((trace) => (trace.meta?.tone ? { ...trace, line: { ...trace.line, color: role(trace.meta.tone) }, marker: { ...trace.marker, color: role(trace.meta.tone) } } : trace));
    const layout = { ...figure.layout, autosize: true, paper_bgcolor: "transparent", plot_bgcolor: "transparent", font: { color: text, size: 12 }, margin: { l: 48, r: 16, t: 16, b: 40 } };
    window.Plotly.react(holder, traces, layout, { displayModeBar: false, responsive: true });
  };

  const drawAll = () => document.querySelectorAll("[data-figure]").forEach(draw);
  drawAll();
  new MutationObserver(drawAll).observe(document.documentElement, { attributeFilter: ["data-theme"] });
})();
