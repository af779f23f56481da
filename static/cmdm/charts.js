/* Draws the charts of a page with ECharts: what is to be drawn stands in data-chart (matching/rules/charts.py says how),
   colours come from the tokens. A click on a mark opens its rows; the table below says and links the same. */
(() => {
  "use strict";
  const { getInstanceByDom, init } = window.echarts;
  const root = document.documentElement;
  const RADIUS = 4; // of a mark on a line
  const DASHES = { now: "dashed", try: "solid", target: "dotted" };
  const TONES = { now: "ink-2", try: "accent", target: "different" };
  const PATTERNS = [
    { symbol: "none" },
    { dashArrayX: [1, 0], dashArrayY: [1, 5], rotation: -Math.PI / 4 },
    { symbol: "circle", symbolSize: 0.5, dashArrayX: [[4, 4], [0, 4, 4, 0]], dashArrayY: [4, 0] },
    { dashArrayX: [1, 0], dashArrayY: [1, 5], rotation: 0 },
    { dashArrayX: [1, 0], dashArrayY: [1, 5], rotation: Math.PI / 4 },
    { dashArrayX: [1, 5], dashArrayY: [1, 0], rotation: 0 },
  ];

  /* The tokens as the page has them now, or as paper wants them. */
  const looks = (scheme) => {
    const probe = document.createElement("span");
    probe.style.colorScheme = scheme;
    document.body.append(probe);
    const font = getComputedStyle(document.body).fontFamily;
    const size = 0.75 * parseFloat(getComputedStyle(root).fontSize);
    const ink = (token) => {
      probe.style.color = `var(--${token})`;
      return getComputedStyle(probe).color;
    };
    return { ink, text: (token) => ({ color: ink(token), fontFamily: font, fontSize: size }), size, done: () => probe.remove() };
  };

  /* Between two given ends so many steps that each is a round number. */
  const interval = ({ low, high }) => {
    if (low === null || high === null) return undefined;
    const round = (step) => [1, 2, 2.5, 5].some((wanted) => Math.abs(step / 10 ** Math.floor(Math.log10(step)) - wanted) < 1e-6);
    return [5, 4, 3].map((steps) => (high - low) / steps).find(round);
  };
  const axis = (spec, look, more) => {
    const number = new Intl.NumberFormat(root.lang, { minimumFractionDigits: spec.places, maximumFractionDigits: Math.max(spec.places, 2) });
    const said = (value) => `${number.format(value).replace("-", "−")}${spec.percent ? " %" : ""}`;
    const named = spec.names.length > 0;
    const few = named && spec.names.length < 5;
    return {
      type: named ? "category" : spec.log ? "log" : "value",
      data: named ? spec.names : undefined,
      min: spec.low ?? undefined,
      max: spec.high ?? undefined,
      minInterval: spec.whole ? 1 : undefined,
      splitNumber: 4,
      interval: interval(spec),
      axisTick: { show: false },
      axisLine: { show: false },
      axisLabel: { ...look.text("ink-2"), ...(few ? { interval: 0, width: 5 * look.size, overflow: "break" } : { hideOverlap: true }), formatter: named ? undefined : said },
      splitLine: { show: false },
      ...more,
    };
  };
  const across = (spec, look) => axis(spec, look, {
    name: spec.name, nameLocation: "middle", nameGap: 2.2 * look.size, nameTextStyle: look.text("ink-2"),
    axisLine: { show: true, onZero: false, lineStyle: { color: look.ink("line-strong") } },
  });
  const up = (spec, look) => axis(spec, look, { splitLine: { show: true, lineStyle: { color: look.ink("line") } } });
  const beside = (spec, look) => axis(spec, look, { position: "right", alignTicks: true });

  /* What the estimate may be: a line through every point, or a band behind them. */
  const spread = (series, look, side) => {
    const style = series.interval === "band" ? { fill: look.ink(series.tone), opacity: 0.14 } : { stroke: look.ink(series.tone), lineWidth: 2, opacity: 0.45 };
    const found = series.points.filter((point) => point.low !== null);
    const bar = (params, api) => {
      const [[x1, y1], [x2, y2]] = [1, 2].map((end) => api.coord([api.value(0), api.value(end)]));
      return { type: "line", shape: { x1, y1, x2, y2 }, style };
    };
    const band = (params, api) => {
      if (params.dataIndex > 0) return null;
      const lows = found.map((point) => api.coord([point.x, point.low]));
      const highs = found.map((point) => api.coord([point.x, point.high]));
      return { type: "polygon", shape: { points: [...lows, ...highs.reverse()] }, style };
    };
    return {
      type: "custom", silent: true, clip: true, yAxisIndex: side, encode: { x: 0, y: [1, 2] }, tooltip: { show: false },
      data: found.map((point) => [point.x, point.low, point.high]), renderItem: series.interval === "band" ? band : bar,
    };
  };
  const marked = (marks, look) => ({
    silent: true, symbol: "none", animation: false, z: 3,
    data: marks.map(({ at, text, kind, align }) => ({
      [kind === "target" ? "yAxis" : "xAxis"]: at,
      lineStyle: { color: look.ink(TONES[kind]), type: DASHES[kind], width: kind === "try" ? 2 : 1 },
      label: { ...look.text(kind === "target" ? "different-ink" : "ink"), formatter: text, align, position: kind === "target" ? "insideEndBottom" : "end", distance: kind === "target" ? 3 : 8, backgroundColor: look.ink("surface"), padding: [0, 2] },
    })),
  });
  const drawn = (series, look, pattern) => {
    const color = look.ink(series.tone);
    const data = series.points.map(({ x, y, words, url }) => ({ value: [x, y], words, url }));
    const more = { name: series.name, data, yAxisIndex: series.beside ? 1 : 0 };
    if (series.kind === "bar") {
      return {
        ...more, type: "bar", stack: series.stack || undefined, barMaxWidth: 44, barMinHeight: 3, barCategoryGap: "24%", barGap: "-100%",
        itemStyle: { color, borderColor: look.ink("surface"), borderWidth: series.stack ? 1 : 0, decal: pattern },
        emphasis: { itemStyle: { color, opacity: 0.75 } },
      };
    }
    const shape = series.kind === "ideal" ? { silent: true, symbol: "none" } : { symbol: "circle", symbolSize: 2 * RADIUS, showSymbol: data.length <= 15, showAllSymbol: true };
    const line = { color, width: series.kind === "ideal" ? 1 : 2, type: series.dashed ? "dashed" : "solid" };
    return { ...more, ...shape, type: "line", itemStyle: { color }, lineStyle: line, emphasis: { lineStyle: line }, z: 4 };
  };

  const option = (spec, scheme) => {
    const look = looks(scheme);
    const bars = spec.series.filter((series) => series.kind === "bar").length > 1;
    const patterns = PATTERNS.map((pattern) => ({ ...pattern, color: look.ink("surface") }));
    const series = spec.series.map((one, at) => drawn(one, look, bars ? patterns[at % patterns.length] : undefined));
    if (spec.marks.length) series[0].markLine = marked(spec.marks, look);
    const made = {
      animation: false,
      aria: { enabled: true, label: { enabled: false }, decal: { show: bars, decals: patterns } },
      textStyle: look.text("ink"),
      grid: { left: 4, right: 8, top: 2.4 * look.size, bottom: spec.across.name ? 4 : 2, outerBoundsMode: "same" },
      xAxis: across(spec.across, look),
      yAxis: [up(spec.up, look), ...(spec.beside ? [beside(spec.beside, look)] : [])],
      tooltip: {
        renderMode: "richText", trigger: "axis", axisPointer: { type: spec.series[0].kind === "bar" ? "shadow" : "line", z: -1, lineStyle: { color: look.ink("line-strong") }, shadowStyle: { color: look.ink("line"), opacity: 0.5 }, label: { show: false } },
        formatter: (all) => all.map((one) => one.data?.words).filter(Boolean).join("\n"),
        backgroundColor: look.ink("raised"), borderColor: look.ink("line-strong"), borderWidth: 1, padding: 8, textStyle: look.text("ink"),
      },
      series: [...spec.series.filter((one) => one.interval).map((one) => spread(one, look, one.beside ? 1 : 0)), ...series],
    };
    look.done();
    return made;
  };

  const places = () => document.querySelectorAll("[data-chart]");
  /* The rows of a mark: of the part of a bar that was hit, else of whatever stands in that column. */
  const follow = (url, event) => {
    if (!url) return;
    if (event.ctrlKey || event.metaKey) window.open(url); else location.assign(url);
  };
  const standing = (chart, spec, { offsetX, offsetY }) => {
    // Half of a mark that stands on the axis lies below it.
    if (![0, RADIUS].some((below) => chart.containPixel({ gridIndex: 0 }, [offsetX, offsetY - below]))) return undefined;
    const [at] = chart.convertFromPixel({ gridIndex: 0 }, [offsetX, offsetY]);
    const all = spec.series.flatMap((series) => series.points);
    const columns = [...new Set(all.map((point) => point.x))].sort((one, other) => one - other);
    const step = Math.min(1, ...columns.slice(1).map((column, before) => column - columns[before]));
    return all.find((point) => point.url && Math.abs(point.x - at) <= step / 2)?.url;
  };
  const listen = (chart, spec) => {
    if (spec.series.some((series) => series.stack)) {
      chart.on("click", ({ data, event }) => follow(data?.url, event.event));
      return;
    }
    const room = chart.getZr();
    room.on("mousemove", (event) => room.setCursorStyle(standing(chart, spec, event) ? "pointer" : "default"));
    room.on("click", (event) => follow(standing(chart, spec, event), event.event));
  };
  const draw = (scheme = getComputedStyle(root).colorScheme) => {
    for (const place of places()) {
      const spec = JSON.parse(place.dataset.chart);
      let chart = getInstanceByDom(place);
      if (!chart) listen(chart = init(place), spec);
      chart.setOption(option(spec, scheme), { notMerge: true });
    }
  };
  const fit = new ResizeObserver((seen) => { for (const { target } of seen) getInstanceByDom(target)?.resize(); });
  new MutationObserver(() => draw()).observe(root, { attributeFilter: ["data-bs-theme"] });

  /* Paper is light, has no pointer to ask with, and shows the tables. */
  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll(".chart-table:not([open])")];
    for (const table of opened) table.open = true;
    draw("light");
  });
  window.addEventListener("afterprint", () => {
    for (const table of opened) table.open = false;
    draw();
  });
  draw();
  for (const place of places()) fit.observe(place);
})();
