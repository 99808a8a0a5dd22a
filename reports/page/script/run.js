// The page of a run: all views, one below the other, in the order in which questions come up.
rest();
addFaults();
addLayers();
addHistory();
addSpaceTime();
addStates();
addMeasures();
recall();
drawAll();
new ResizeObserver(() => { if (viewsNode.clientWidth && Math.max(320, viewsNode.clientWidth) !== axis.width) later(); }).observe(viewsNode);
for (const query of ["(prefers-color-scheme: dark)", "print"]) matchMedia(query).addEventListener("change", () => { readPalette(); later(); });
document.documentElement.dataset.ready = String(Math.round(performance.now() - began));
