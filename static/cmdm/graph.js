/* A group as a graph: circles carry letters, lines the score as text and thickness. The table beside it says the same. */
(() => {
  "use strict";
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const paint = (name) => {
    const probe = document.createElement("i");
    probe.className = `paint-${name}`;
    document.body.append(probe);
    const found = getComputedStyle(probe).color;
    probe.remove();
    return found;
  };
  const draw = (root) => {
    const room = root.querySelector("[data-graph]");
    if (!room || room.dataset.drawn) return;
    room.dataset.drawn = "yes";
    const nodes = [...room.querySelectorAll("[data-node]")].map((one) => ({ data: { id: one.dataset.node, label: one.dataset.letter } }));
    const edges = [...room.querySelectorAll("[data-edge]")].map(({ dataset: one }) => ({
      data: { source: one.from, target: one.to, says: one.says, wide: 1 + 7 * Number(one.weight), seen: 0.35 + 0.65 * Number(one.weight) } }));
    const [ink, surface, line] = ["ink", "surface", "line"].map(paint);
    const font = colour("--tblr-font-sans-serif") || "system-ui";
    room.graph = window.cytoscape({
      container: room,
      elements: { nodes, edges },
      layout: { name: "circle", padding: 30, animate: false },
      userZoomingEnabled: false, userPanningEnabled: false, autoungrabify: true, boxSelectionEnabled: false,
      style: [
        { selector: "node", style: { label: "data(label)", "text-valign": "center", "text-halign": "center", color: surface, "background-color": ink, "font-family": font, "font-size": 15, "font-weight": 600, width: 36, height: 36 } },
        { selector: "edge", style: { "source-label": "data(says)", "source-text-offset": 62, width: "data(wide)", "line-color": line, "line-opacity": "data(seen)", color: ink, "font-family": font, "font-size": 13, "text-background-color": surface, "text-background-opacity": 1, "text-background-padding": 3, "curve-style": "straight" } },
      ],
    });
  };
  window.cmdm = Object.assign(window.cmdm ?? {}, { draw });
  const begin = () => { if (document.querySelector("main [data-graph]")) draw(document); };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin); else begin();
})();
