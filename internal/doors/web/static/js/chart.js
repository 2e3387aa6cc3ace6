// The fan of a forecast: the line of what is mostly expected, the band around it. Numbers are whole cents; colours are
// tokens, registered so that they can be read as colours, and read anew when the theme changes.

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const short = (cents) => Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 }).format(cents / 100);

function fan(box) {
  const data = JSON.parse(box.dataset.fan);
  const at = data.from.map((_, i) => i);
  const line = { stroke: () => token("--chart-text"), grid: { stroke: () => token("--chart-line"), width: 1 }, ticks: { show: false } };
  const font = `12px ${getComputedStyle(document.body).fontFamily}`;
  const series = (name, width) => ({ label: name, stroke: () => token("--chart-1"), width, points: { show: false } });
  const every = box.clientWidth < 560 ? 3 : 1;
  return new uPlot({
    width: box.clientWidth, height: 200, legend: { show: false }, cursor: { show: false }, padding: [8, 32, 0, 0],
    scales: { x: { time: false }, y: { range: (_, lo, hi) => [Math.min(0, lo), hi * 1.05 || 1] } },
    axes: [
      { ...line, font, size: 28, grid: { show: false }, splits: () => at.filter((i) => i % every === 0), values: (_, list) => list.map((i) => data.from[i]) },
      { ...line, font, size: 56, space: 56, values: (_, list) => list.map(short) },
    ],
    series: [{}, series("at most", 0), series("at least", 0), series("expected", 2)],
    bands: [{ series: [1, 2], fill: () => token("--chart-band") }],
  }, [at, data.p90, data.p10, data.p50], box);
}

const drawn = new Map();
function drawAll(anew) {
  for (const [box, chart] of drawn) if (!box.isConnected) { chart.destroy(); drawn.delete(box); }
  for (const box of document.querySelectorAll("[data-fan]")) {
    if (!box.clientWidth || (!anew && drawn.has(box) && box.firstChild)) continue;
    drawn.get(box)?.destroy();
    box.replaceChildren();
    drawn.set(box, fan(box));
  }
}

drawAll(true);
new MutationObserver(() => drawAll(true)).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => drawAll(true));
new MutationObserver(() => drawAll(false)).observe(document.querySelector("main"), { childList: true, subtree: true });
let resizing;
addEventListener("resize", () => { clearTimeout(resizing); resizing = setTimeout(() => drawAll(true), 150); });
