// The data of the page. Nothing of it ever becomes markup: texts reach the document through textContent alone.
const D = JSON.parse(document.getElementById("data").textContent);
const began = performance.now();
