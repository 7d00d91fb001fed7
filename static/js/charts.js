// Charts from data on the page: <div data-chart="sankey|bars|years" data-source="#id of a json_script">. The numbers stand in a
// table beside it, so the chart itself is an image to those who do not see it.
// Sankey: {unit, links: [{source, resource, target, value, kind}]}. Bars: {unit, rows: [{name, value, kind}]}.
// Years: {unit, years, series: [{name, stack, tone, values}]}; what shares a stack is added up, the rest stands beside it.

import { colour, loadScript } from "./basemap.js";

const format = new Intl.NumberFormat(document.documentElement.lang || "en");
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

function shared() {
  return {
    animation: !still,
    animationDuration: 500,
    textStyle: { fontFamily: "Inter, system-ui, sans-serif", fontSize: 13, color: colour("--ink") },
    tooltip: {
      backgroundColor: colour("--raised"),
      borderColor: colour("--line"),
      textStyle: { color: colour("--ink"), fontSize: 13 },
      confine: true,
    },
  };
}

/** Three columns: who gives, what, who takes. A resource is a node of its own, marked so that no name can collide. */
function layered(links) {
  const nodes = new Map();
  const edges = new Map();
  const node = (column, name, kind) => {
    const id = `${column}:${name}`;
    if (!nodes.has(id)) nodes.set(id, { name: id, title: name, depth: column, kind });
    return id;
  };
  const edge = (source, target, link) => {
    const id = `${source}>${target}`;
    if (!edges.has(id)) edges.set(id, { source, target, value: 0, kind: link.kind });
    edges.get(id).value += link.value;
  };
  for (const link of links) {
    const from = node(0, link.source, link.kind);
    const through = node(1, link.resource, link.kind);
    const to = node(2, link.target, link.kind);
    edge(from, through, link);
    edge(through, to, link);
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()] };
}

function sankey(data, narrow, width) {
  // Three columns of bars, and as much room beside each for its names.
  const column = Math.floor(width / 3);
  const { nodes, edges } = layered(data.links);
  const titles = Object.fromEntries(nodes.map((node) => [node.name, node.title]));
  const options = shared();
  options.tooltip.formatter = ({ dataType, data: item, value }) => {
    const box = document.createElement("div");
    const title = dataType === "edge" ? `${titles[item.source]} → ${titles[item.target]}` : item.title;
    box.append(title, document.createElement("br"), `${format.format(value)} ${data.unit}`);
    return box;
  };
  options.series = [
    {
      type: "sankey",
      left: 2,
      right: column,
      top: 8,
      bottom: 8,
      nodeWidth: 8,
      nodeGap: narrow ? 10 : 14,
      draggable: false,
      layoutIterations: 64,
      emphasis: { focus: "adjacency" },
      label: {
        color: colour("--ink"),
        fontSize: narrow ? 11 : 13,
        // Its own flow runs behind a name.
        textBorderColor: colour("--surface"),
        textBorderWidth: 2,
        width: column - 16,
        overflow: "truncate",
        formatter: ({ data: item }) => item.title,
      },
      data: nodes.map((node) => ({
        ...node,
        itemStyle: { color: colour(`--${node.kind}-mark`) },
      })),
      links: edges.map((link) => ({ ...link, lineStyle: { color: colour(`--${link.kind}-mark`), opacity: 0.25 } })),
    },
  ];
  return options;
}

function bars(data) {
  const rows = [...data.rows].reverse();
  const options = shared();
  return {
    ...options,
    grid: { left: 8, right: 70, top: 8, bottom: 8, containLabel: true },
    xAxis: { type: "value", show: false },
    yAxis: {
      type: "category",
      data: rows.map((row) => row.name),
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: { color: colour("--ink"), fontSize: 13 },
    },
    series: [
      {
        type: "bar",
        barMaxWidth: 16,
        data: rows.map((row) => ({
          value: row.value,
          itemStyle: { color: colour(row.kind ? `--${row.kind}-mark` : "--accent"), borderRadius: 4 },
        })),
        label: {
          show: true,
          position: "right",
          color: colour("--ink-soft"),
          formatter: ({ value }) => `${format.format(value)} ${data.unit}`,
        },
      },
    ],
  };
}

// What is only expected is hollow; what takes away from the rest has the colour of heat or of service.
const TONES = {
  expected: ["--ink-soft", "hollow"],
  confirmed: ["--accent"],
  verified: ["--water-mark"],
  co2e_primary: ["--accent"],
  co2e_disposal: ["--water-mark"],
  co2e_transport: ["--heat-mark"],
  co2e_treatment: ["--service-mark"],
};

function years(data, narrow) {
  const options = shared();
  options.tooltip.trigger = "axis";
  options.tooltip.valueFormatter = (value) => `${format.format(value)} ${data.unit}`;
  return {
    ...options,
    legend: { bottom: 0, itemGap: 18, textStyle: { color: colour("--ink"), fontSize: 13 } },
    grid: { left: 8, right: 12, top: 32, bottom: narrow ? 64 : 40, containLabel: true },
    xAxis: {
      type: "category",
      data: data.years,
      axisLine: { lineStyle: { color: colour("--line-strong") }, onZero: true },
      axisTick: { show: false },
      axisLabel: { color: colour("--ink"), fontSize: 13 },
    },
    yAxis: {
      type: "value",
      name: data.unit,
      nameTextStyle: { color: colour("--ink-soft"), align: "left" },
      axisLabel: { color: colour("--ink-soft"), formatter: (value) => format.format(value) },
      splitLine: { lineStyle: { color: colour("--line") } },
    },
    series: data.series.map(({ name, stack, tone, values }) => {
      const [ink, hollow] = TONES[tone] ?? ["--accent"];
      return {
        type: "bar",
        name,
        stack,
        barMaxWidth: 36,
        data: values,
        itemStyle: hollow
          ? { color: "transparent", borderColor: colour(ink), borderWidth: 1.5, borderType: "dashed" }
          : { color: colour(ink), borderRadius: 3 },
      };
    }),
  };
}

const KINDS = { sankey, bars, years };
// What A4 leaves inside its margins and those of a panel; a drawing is not laid out again for paper by itself.
const PAPER_PX = 640;

async function show(element) {
  const data = JSON.parse(document.querySelector(element.dataset.source).textContent);
  await loadScript(element.dataset.echarts);
  const chart = window.echarts.init(element, null, { renderer: "svg" });
  const draw = () => {
    const width = chart.getWidth();
    chart.setOption(KINDS[element.dataset.chart](data, width < 600, width), true);
  };
  const fit = (width) => {
    chart.resize({ width });
    draw();
  };
  draw();
  document.addEventListener("themechange", draw);
  new ResizeObserver(() => fit("auto")).observe(element);
  addEventListener("beforeprint", () => fit(Math.min(PAPER_PX, element.clientWidth)));
  addEventListener("afterprint", () => fit("auto"));
  element.dataset.ready = "";
}

// What is near the window is drawn at once; the rest when the page has nothing else to do, so that it is there in print.
const waiting = new Set(document.querySelectorAll("[data-chart]"));
const drawOnce = (element) => waiting.delete(element) && show(element);
const near = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      drawOnce(target);
    }
  },
  { rootMargin: "300px" },
);
for (const element of waiting) near.observe(element);
const whenIdle = window.requestIdleCallback || ((call) => setTimeout(call, 200));
const drawAll = () => [...waiting].forEach(drawOnce);
addEventListener("load", () => whenIdle(drawAll, { timeout: 3000 }));
addEventListener("beforeprint", drawAll);
