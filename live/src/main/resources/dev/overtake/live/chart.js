// The two charts: what uPlot needs to draw lines as the report does, with markers, dashes and names,
// and the times in which long requests were wanted shaded behind them.

export const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export const dashOf = look => look.dash ? look.dash.split(" ").map(Number) : [];

// A path of a marker of about that radius, as the report's markers are.
export const MARKERS = {
  disc: r => `M${-r} 0a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`,
  ring: r => `M${-r} 0a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`,
  square: r => `M${-r} ${-r}H${r}V${r}H${-r}Z`,
  box: r => `M${-r} ${-r}H${r}V${r}H${-r}Z`,
  triangle: r => `M0 ${-1.2 * r}L${1.2 * r} ${r}H${-1.2 * r}Z`,
  "triangle-down": r => `M0 ${1.2 * r}L${1.2 * r} ${-r}H${-1.2 * r}Z`,
  diamond: r => `M0 ${-1.3 * r}L${1.3 * r} 0L0 ${1.3 * r}L${-1.3 * r} 0Z`,
  cross: r => `M${-r} ${-r}L${r} ${r}M${-r} ${r}L${r} ${-r}`,
};

export const isOpen = marker => marker === "ring" || marker === "box";

export function count(value) {
  if (value === 0) return "0";
  if (value < 10) return value.toFixed(1).replace(/\.0$/, "");
  return Math.round(value).toLocaleString("en");
}

export function millis(ms) {
  if (ms >= 1000) return (ms / 1000).toFixed(ms < 9950 ? 1 : 0).replace(".0", "") + " s";
  if (ms >= 10) return Math.round(ms) + " ms";
  if (ms >= 1) return ms.toFixed(1).replace(".0", "") + " ms";
  return Math.round(ms * 1000) + " µs";
}

// Times at which a marker is drawn: the same ones while the window moves over them.
export function markerIndices(times, span) {
  const every = span / 7;
  const at = [];
  for (let i = 1; i < times.length; i++) {
    if (Math.floor(times[i] / every) !== Math.floor(times[i - 1] / every)) at.push(i);
  }
  return at;
}

// Stretches in which the same number of long requests was wanted: {from, to, hogs}.
export function hogSpans(frames) {
  const spans = [];
  for (const frame of frames) {
    const last = spans.at(-1);
    if (last && last.hogs === frame.hogs) last.to = frame.t;
    else spans.push({ from: frame.t, to: frame.t, hogs: frame.hogs });
  }
  return spans.filter(span => span.hogs > 0);
}

export const hogWords = hogs => hogs === 1 ? "1 long request" : hogs + " long requests";

export function decades(low, high) {
  const all = [];
  for (let power = Math.ceil(Math.log10(low)); power <= Math.log10(high) + 1e-9; power++) all.push(10 ** power);
  return all;
}

export class Chart {
  constructor(box, options) {
    this.box = box;
    this.options = options; // value(lane), words(value), logarithmic
    this.looks = [];
    this.plot = null;
    this.frames = [];
    this.range = [0, 1];
    this.now = 1;
    new ResizeObserver(() => this.fit()).observe(box);
  }

  // Which series there are; colours are read anew.
  show(looks) {
    this.looks = looks;
    this.plot?.destroy();
    const { clientWidth: width, clientHeight: height } = this.box;
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    this.rem = rem;
    const font = `${0.8125 * rem}px system-ui, sans-serif`;
    const axis = { stroke: css("--soft"), grid: { stroke: css("--rule"), width: 1 }, ticks: { show: false }, font };
    const named = width > 40 * rem;
    this.plot = new uPlot({
      width, height,
      padding: [0.6 * rem, named ? 8.5 * rem : 1.2 * rem, 0, 0],
      legend: { show: false },
      cursor: { drag: { x: false, y: false }, points: { size: 7 }, sync: { key: "time" } },
      scales: {
        x: { time: false, range: () => this.range },
        y: this.options.logarithmic
          ? { distr: 3, range: (_, min, max) => [0.05, Math.max(100, 10 ** Math.ceil(Math.log10(max || 1)))] }
          : { range: (_, min, max) => [0, Math.max(10, max * 1.08 || 10)] },
      },
      axes: [
        { ...axis, size: 1.9 * rem, splits: () => this.timeTicks(named ? 6 : 3), values: (_, at) => at.map(t => this.ago(t)) },
        this.options.logarithmic
          ? { ...axis, size: 4 * rem, splits: (_, __, low, high) => decades(low, high), filter: (_, at) => at, values: (_, at) => at.map(millis) }
          : { ...axis, size: 4 * rem, space: 2 * rem, values: (_, at) => at.map(count) },
      ],
      series: [{}, ...looks.map(look => ({
        label: look.name, stroke: css(look.colour), width: Math.max(2, rem / 7), dash: dashOf(look),
        points: { show: false }, spanGaps: false,
      }))],
      hooks: {
        drawClear: [plot => this.drawBehind(plot)],
        draw: [plot => this.drawOver(plot, named)],
        setCursor: [plot => this.readOut(plot)],
      },
    }, [[], ...looks.map(() => [])], this.box);
    this.readout = document.createElement("div");
    this.readout.className = "readout";
    this.readout.hidden = true;
    this.plot.over.append(this.readout);
    if (this.frames.length) this.draw(this.frames, this.range);
  }

  timeTicks(count) {
    const [left, right] = this.range;
    return Array.from({ length: count + 1 }, (_, i) => right - i * (right - left) / count).reverse();
  }

  ago(t) {
    const seconds = Math.round(t - this.now);
    return seconds === 0 ? "now" : `${seconds} s`.replace("-", "−");
  }

  columns(frames) {
    return [frames.map(f => f.t), ...this.looks.map(look => frames.map(f => {
      const lane = f.lanes[look.name];
      return lane === undefined ? null : this.options.value(lane);
    }))];
  }

  draw(frames, range, now = range[1]) {
    this.frames = frames;
    this.range = range;
    this.now = now;
    if (this.plot && this.looks.length) this.plot.setData(this.columns(frames));
  }

  fit() {
    if (this.plot && this.box.clientWidth > 0) this.show(this.looks);
  }

  drawBehind(plot) {
    const { ctx, bbox } = plot;
    const scale = devicePixelRatio;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    ctx.font = `${0.75 * this.rem * scale}px system-ui, sans-serif`;
    ctx.textBaseline = "top";
    ctx.textAlign = "left";
    let free = -Infinity;
    for (const span of hogSpans(this.frames)) {
      const from = plot.valToPos(span.from, "x", true);
      const to = plot.valToPos(span.to, "x", true);
      ctx.fillStyle = css("--interval");
      ctx.fillRect(from, bbox.top, to - from, bbox.height);
      ctx.fillStyle = css("--soft");
      ctx.fillRect(from, bbox.top, scale, bbox.height);
      ctx.fillRect(to, bbox.top, scale, bbox.height);
      const left = Math.max(from, bbox.left) + 5 * scale;
      if (left > free) {
        ctx.fillText(hogWords(span.hogs), left, bbox.top + 4 * scale);
        free = left + ctx.measureText(hogWords(span.hogs)).width;
      }
    }
    for (const frame of this.frames) {
      for (const mark of frame.marks) {
        const at = plot.valToPos(frame.t, "x", true);
        ctx.fillStyle = css("--differs");
        ctx.fillRect(at, bbox.top, 2 * scale, bbox.height);
        ctx.fillText(mark.split(/;| with /)[0], at + 5 * scale, bbox.top + 1.4 * this.rem * scale);
      }
    }
    ctx.restore();
  }

  drawOver(plot, named) {
    const { ctx, bbox } = plot;
    const scale = devicePixelRatio;
    const radius = this.rem / 4 * scale;
    const ends = [];
    ctx.save();
    this.looks.forEach((look, index) => {
      const values = plot.data[index + 1];
      const times = plot.data[0];
      const colour = css(look.colour);
      ctx.strokeStyle = ctx.fillStyle = colour;
      ctx.lineWidth = 2 * scale;
      ctx.setLineDash([]);
      const path = new Path2D(MARKERS[look.marker](radius));
      for (const i of markerIndices(times, this.range[1] - this.range[0])) {
        if (values[i] === null || times[i] < this.range[0] || times[i] > this.range[1]) continue;
        ctx.save();
        ctx.translate(plot.valToPos(times[i], "x", true), plot.valToPos(values[i], "y", true));
        if (isOpen(look.marker)) { ctx.fillStyle = css("--paper"); ctx.fill(path); ctx.stroke(path); }
        else if (look.marker === "cross") ctx.stroke(path);
        else ctx.fill(path);
        ctx.restore();
      }
      const last = values.at(-1);
      if (last !== null && last !== undefined) ends.push({ y: plot.valToPos(last, "y", true), name: look.name, colour });
    });
    if (named) this.nameLines(ctx, bbox, ends, scale);
    ctx.restore();
  }

  // Names beside the ends of their lines, moved apart where they would cover each other.
  nameLines(ctx, bbox, ends, scale) {
    const line = this.rem * 1.05 * scale;
    ctx.font = `600 ${0.8125 * this.rem * scale}px system-ui, sans-serif`;
    ctx.textBaseline = "middle";
    ctx.textAlign = "left";
    ends.sort((a, b) => a.y - b.y);
    let above = bbox.top - line / 2;
    for (const end of ends) above = end.at = Math.max(end.y, above + line);
    let below = bbox.top + bbox.height + line / 2;
    for (const end of ends.toReversed()) below = end.at = Math.min(end.at, below - line);
    const left = bbox.left + bbox.width;
    for (const end of ends) {
      ctx.strokeStyle = end.colour;
      ctx.lineWidth = 1.5 * scale;
      ctx.beginPath();
      ctx.moveTo(left + 1 * scale, end.y);
      ctx.lineTo(left + 10 * scale, end.at);
      ctx.stroke();
      ctx.fillStyle = css("--ink");
      ctx.fillText(end.name, left + 13 * scale, end.at);
    }
  }

  readOut(plot) {
    const { idx, left } = plot.cursor;
    const inside = idx !== null && idx !== undefined && left >= 0 && plot.data[0].length > 0;
    this.readout.hidden = !inside;
    if (!inside) return;
    this.readout.replaceChildren(...[this.ago(plot.data[0][idx]), ...this.looks.map((look, i) => {
      const value = plot.data[i + 1][idx];
      return value === null || value === undefined ? null : `${look.name} ${this.options.words(value)}`;
    })].filter(words => words !== null).map(words => {
      const line = document.createElement("p");
      line.textContent = words;
      return line;
    }));
    const fits = left + 14 + this.readout.offsetWidth < plot.over.clientWidth;
    this.readout.style.left = Math.max(0, fits ? left + 14 : left - 14 - this.readout.offsetWidth) + "px";
  }
}
