// What is seen, as a picture to keep: one SVG with both charts, drawn from the same data, and a PNG of that.
import { MARKERS, count, css, dashOf, hogSpans, hogWords, isOpen, markerIndices, millis } from "./chart.js";

const WIDTH = 1280, LEFT = 80, RIGHT = 190, PLOT = WIDTH - LEFT - RIGHT;
const escaped = text => String(text).replace(/[&<>"]/g, c => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);

function ticks(top) {
  const step = 10 ** Math.floor(Math.log10(top / 2));
  const wide = [1, 2, 5].map(n => n * step).find(s => top / s <= 6) ?? step * 10;
  return Array.from({ length: Math.floor(top / wide) + 1 }, (_, i) => i * wide);
}

function panel(top, height, title, frames, looks, range, value, words, logarithmic) {
  const parts = [`<text x="${LEFT}" y="${top - 12}" font-weight="600" font-size="17">${escaped(title)}</text>`];
  const values = frames.flatMap(f => looks.map(l => f.lanes[l.name]).filter(Boolean).map(value)).filter(v => v !== null);
  const most = Math.max(...values, 0);
  const limits = logarithmic ? [0.05, Math.max(100, 10 ** Math.ceil(Math.log10(most || 1)))] : [0, Math.max(10, most * 1.08)];
  const place = logarithmic ? v => Math.log10(v / limits[0]) / Math.log10(limits[1] / limits[0]) : v => v / limits[1];
  const x = t => LEFT + (t - range[0]) / (range[1] - range[0]) * PLOT;
  const y = v => top + height * (1 - Math.min(1, Math.max(0, place(v))));
  const number = n => n.toFixed(1);
  let free = -Infinity;
  for (const span of hogSpans(frames)) {
    const from = Math.max(x(span.from), LEFT), to = Math.min(x(span.to), LEFT + PLOT);
    parts.push(`<rect x="${number(from)}" y="${top}" width="${number(Math.max(1, to - from))}" height="${height}" fill="${css("--interval")}"/>`,
      `<path d="M${number(from)} ${top}v${height}M${number(to)} ${top}v${height}" stroke="${css("--soft")}"/>`);
    if (from > free) {
      parts.push(`<text x="${number(from + 6)}" y="${top + 17}" font-size="13" fill="${css("--soft")}">${hogWords(span.hogs)}</text>`);
      free = from + 110;
    }
  }
  const grid = logarithmic
    ? Array.from({ length: Math.round(Math.log10(limits[1])) + 2 }, (_, i) => 10 ** (i - 1)) : ticks(limits[1]);
  for (const v of grid) {
    parts.push(`<path d="M${LEFT} ${number(y(v))}h${PLOT}" stroke="${css("--rule")}"/>`,
      `<text x="${LEFT - 9}" y="${number(y(v) + 4)}" text-anchor="end" font-size="13" fill="${css("--soft")}">${words(v)}</text>`);
  }
  const span = Math.round(range[1] - range[0]);
  for (let ago = 0; ago <= span; ago += span / 6) {
    parts.push(`<text x="${number(x(range[1] - ago))}" y="${top + height + 20}" text-anchor="middle" font-size="13" fill="${css("--soft")}">${ago ? "−" : ""}${Math.round(ago)} s</text>`);
  }
  const ends = [];
  for (const look of looks) {
    const colour = css(look.colour);
    let path = "", open = false, last = null;
    const times = frames.map(f => f.t);
    const column = frames.map(f => f.lanes[look.name] ? value(f.lanes[look.name]) : null);
    column.forEach((v, i) => {
      if (v === null) { open = false; return; }
      path += `${open ? "L" : "M"}${number(x(times[i]))} ${number(y(v))}`;
      open = true;
      last = v;
    });
    parts.push(`<path d="${path}" fill="none" stroke="${colour}" stroke-width="2.5" stroke-linejoin="round" stroke-dasharray="${dashOf(look).join(" ")}"/>`);
    for (const i of markerIndices(times, range[1] - range[0])) {
      if (column[i] === null) continue;
      const hollow = isOpen(look.marker);
      parts.push(`<path transform="translate(${number(x(times[i]))} ${number(y(column[i]))})" d="${MARKERS[look.marker](4.5)}" fill="${hollow ? css("--paper") : colour}" stroke="${colour}" stroke-width="${hollow || look.marker === "cross" ? 2 : 0}"/>`);
    }
    if (last !== null) ends.push({ y: y(last), look });
  }
  ends.sort((a, b) => a.y - b.y);
  let above = top - 18;
  for (const end of ends) above = end.at = Math.max(end.y, above + 18);
  let below = top + height + 18;
  for (const end of ends.toReversed()) below = end.at = Math.min(end.at, below - 18);
  for (const end of ends) {
    parts.push(`<path d="M${LEFT + PLOT + 1} ${number(end.y)}L${LEFT + PLOT + 12} ${number(end.at)}" stroke="${css(end.look.colour)}" stroke-width="2"/>`,
      `<text x="${LEFT + PLOT + 17}" y="${number(end.at + 5)}" font-size="14" font-weight="600">${escaped(end.look.name)}</text>`);
  }
  return parts.join("\n");
}

export function svgOf({ frames, looks, range, words, machine }) {
  const height = 760;
  const rate = panel(100, 290, "Short requests answered a second", frames, looks, range, l => l.rate, count, false);
  const p99 = panel(470, 200, "p99 of their latency, last second", frames, looks, range, l => l.p99 > 0 ? l.p99 / 1e3 : null, millis, true);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="system-ui, sans-serif" fill="${css("--ink")}">
<rect width="${WIDTH}" height="${height}" fill="${css("--paper")}"/>
<text x="${LEFT}" y="44" font-size="24" font-weight="600">Overtake live</text>
<text x="${LEFT}" y="66" font-size="14" fill="${css("--soft")}">${escaped(words)}</text>
${rate}
${p99}
<text x="${LEFT}" y="${height - 26}" font-size="12.5" fill="${css("--soft")}">${escaped(machine)}</text>
</svg>
`;
}

export async function pngOf(svg) {
  const address = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = 2 * image.width;
    canvas.height = 2 * image.height;
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((done, failed) => canvas.toBlob(blob => blob ? done(blob) : failed(new Error("no picture")), "image/png"));
  } finally {
    URL.revokeObjectURL(address);
  }
}
