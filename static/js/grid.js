/* The calendar of days: arrow keys move from cell to cell, Home and End along a store. Enter is the link's own. */
(() => {
  "use strict";

  const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

  const links = (grid) => [...grid.tBodies[0].rows].map((row) => [...row.cells].slice(1).map((cell) => cell.querySelector("a")));

  /* Walk from (row, column) until a day with trade is met. */
  const seek = (map, row, column, [down, right]) => {
    for (row += down, column += right; map[row] && column >= 0 && column < map[row].length; row += down, column += right) {
      if (map[row][column]) return map[row][column];
    }
    return null;
  };

  const target = (map, key, from) => {
    const row = map.findIndex((cells) => cells.includes(from));
    if (row < 0) return null;
    if (key === "Home") return map[row].find(Boolean);
    if (key === "End") return map[row].findLast(Boolean);
    return seek(map, row, map[row].indexOf(from), steps[key]);
  };

  document.addEventListener("keydown", (event) => {
    const grid = event.target.closest("[data-grid]");
    if (!grid || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!steps[event.key] && event.key !== "Home" && event.key !== "End") return;
    const next = target(links(grid), event.key, event.target);
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.scrollIntoView({ block: "nearest", inline: "nearest" });
  });
})();
