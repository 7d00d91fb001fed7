// Maps of listings and of the flows between them: <div data-map> with data-source="#id of a json_script".
// Points: {lat, lon, kind, side, name, text, url}. Flows: {from: [lat, lon], to: [lat, lon], kind, name, text, url, settled}.
// Focus, optional: the places [lat, lon] that the map is framed by at first.
// The same listings always stand on the page as a list, too; the map adds the where.

import { colour, makeMap } from "./basemap.js";

const KINDS = ["material", "energy", "water", "heat", "service", "site"];
const CELL_PX = 46;
const CLUSTER_FROM = 3;
const POPUP_ROWS = 12;

/** Traces the shape of a kind round (x, y): kinds differ by shape as well as by colour. */
function traceShape(context, kind, x, y, r) {
  context.beginPath();
  if (kind === "water" || kind === "site") {
    context.arc(x, y, r, 0, Math.PI * 2);
    return;
  }
  const corners = { material: 4, energy: 4, heat: 3, service: 6 }[kind];
  const turn = { material: Math.PI / 4, energy: 0, heat: -Math.PI / 2, service: 0 }[kind];
  const reach = r * { material: 1.25, energy: 1.3, heat: 1.35, service: 1.1 }[kind];
  for (let corner = 0; corner < corners; corner++) {
    const angle = turn + (corner * 2 * Math.PI) / corners;
    context.lineTo(x + reach * Math.cos(angle), y + reach * Math.sin(angle));
  }
  context.closePath();
}

function shapeMarker(L) {
  return L.CircleMarker.extend({
    _updatePath() {
      const context = this._renderer._ctx;
      if (!this._renderer._drawing || this._empty()) return;
      const { kind, hollow, tint, surface } = this.options;
      traceShape(context, kind, this._point.x, this._point.y, this._radius);
      context.fillStyle = hollow ? surface : tint;
      context.strokeStyle = hollow ? tint : surface;
      context.lineWidth = hollow ? 2.2 : 1.4;
      context.lineJoin = "round";
      context.fill();
      context.stroke();
    },
  });
}

function popupRows(items, more) {
  const list = document.createElement("ul");
  for (const item of items.slice(0, POPUP_ROWS)) {
    const row = document.createElement("li");
    const name = document.createElement("strong");
    if (item.url) {
      const link = document.createElement("a");
      link.href = item.url;
      link.textContent = item.name;
      name.append(link);
    } else {
      name.textContent = item.name;
    }
    row.append(name, item.text);
    list.append(row);
  }
  if (items.length > POPUP_ROWS) {
    const row = document.createElement("li");
    row.textContent = `+ ${items.length - POPUP_ROWS} ${more}`;
    list.append(row);
  }
  return list;
}

/** Groups points that would lie on each other at this zoom. */
function groupByCell(map, points) {
  const cells = new Map();
  const zoom = map.getZoom();
  for (const point of points) {
    const at = map.project([point.lat, point.lon], zoom);
    const key = `${Math.floor(at.x / CELL_PX)}:${Math.floor(at.y / CELL_PX)}`;
    if (!cells.has(key)) cells.set(key, []);
    cells.get(key).push(point);
  }
  return [...cells.values()];
}

function drawPoints(L, map, first, words, dots) {
  const Shape = shapeMarker(L);
  const layer = L.layerGroup().addTo(map);
  const renderer = L.canvas({ padding: 0.2 });
  let points = first;
  const draw = () => {
    layer.clearLayers();
    const tints = Object.fromEntries(KINDS.map((kind) => [kind, colour(`--${kind}-mark`)]));
    const surface = colour("--surface");
    for (const group of dots ? [points] : groupByCell(map, points)) {
      if (!dots && group.length >= CLUSTER_FROM) layer.addLayer(cluster(L, map, group, words));
      else {
        for (const point of group) {
          const marker = new Shape([point.lat, point.lon], {
            renderer,
            radius: dots ? 3.4 : 6,
            kind: point.kind,
            hollow: point.side === "request",
            tint: tints[point.kind],
            surface,
          });
          marker.bindPopup(() => popupRows(closeTo(map, points, point), words.more));
          marker.on("mouseover", () => lightCard(point.id, true));
          marker.on("mouseout", () => lightCard(point.id, false));
          layer.addLayer(marker);
        }
      }
    }
  };
  map.on("zoomend", draw);
  document.addEventListener("themechange", draw);
  draw();
  return (next) => {
    points = next;
    map.closePopup();
    draw();
  };
}

/** Marks the card or the row of a point. */
function lightCard(id, on) {
  document.querySelector(`[data-point="${id}"]`)?.classList.toggle("is-lit", on);
}

/** Rings the point of the card or row that is pointed at or has the focus. */
function ringPointed(L, map, pointsNow) {
  const ring = L.circleMarker([0, 0], { radius: 13, weight: 3, fill: false, interactive: false });
  const light = (event) => {
    const id = event.target.closest?.("[data-point]")?.dataset.point;
    const point = id && pointsNow().find((each) => String(each.id) === id);
    if (!point) return ring.remove();
    ring.setLatLng([point.lat, point.lon]).setStyle({ color: colour("--accent") });
    if (!map.hasLayer(ring)) ring.addTo(map);
  };
  for (const kind of ["mouseover", "focusin"]) document.addEventListener(kind, light);
}

/** Shows the circle that is searched in. */
function drawCircle(L, map) {
  let shown = null;
  return (circle) => {
    shown?.remove();
    shown = circle
      ? L.circle([circle.lat, circle.lon], {
          radius: circle.km * 1000,
          weight: 1.5,
          fillOpacity: 0.05,
          color: colour("--accent"),
          interactive: false,
        }).addTo(map)
      : null;
  };
}

/** Searches where the map is moved to, while its box is ticked. */
function searchAsMoved(map) {
  const tick = document.querySelector("[data-search-as-moved]");
  const box = document.getElementById("id_box");
  if (!tick || !box) return;
  const search = () => {
    const round = (value) => Math.max(-180, Math.min(180, value)).toFixed(4);
    const bounds = map.getBounds();
    box.value = tick.checked
      ? [
          Math.max(-90, bounds.getSouth()).toFixed(4),
          round(bounds.getWest()),
          Math.min(90, bounds.getNorth()).toFixed(4),
          round(bounds.getEast()),
        ].join()
      : "";
    box.form.dispatchEvent(new Event("change", { bubbles: true }));
  };
  tick.checked = box.value !== "";
  tick.addEventListener("change", search);
  let byHand = false;
  map.getContainer().addEventListener("wheel", () => (byHand = true), { passive: true });
  for (const kind of ["dragstart", "dblclick"]) map.on(kind, () => (byHand = true));
  map.getContainer().addEventListener("click", (event) => {
    if (event.target.closest(".leaflet-control-zoom")) byHand = true;
  });
  map.on("moveend", () => {
    if (tick.checked && byHand) search();
    byHand = false;
  });
}

/** Returns the points that lie under the same finger as this one, itself first. */
function closeTo(map, points, point) {
  const at = map.latLngToLayerPoint([point.lat, point.lon]);
  const others = points.filter(
    (other) => other !== point && map.latLngToLayerPoint([other.lat, other.lon]).distanceTo(at) < 6,
  );
  return [point, ...others];
}

function cluster(L, map, group, words) {
  const size = Math.round(24 + 7 * Math.log10(group.length) * 1.6);
  const bounds = L.latLngBounds(group.map((point) => [point.lat, point.lon]));
  const text = document.createElement("span");
  text.textContent = group.length;
  const marker = L.marker(bounds.getCenter(), {
    icon: L.divIcon({ className: "map-cluster", html: text, iconSize: [size, size] }),
    keyboard: false,
    title: `${group.length} ${words.listings}`,
  });
  const oneSpot = bounds.getNorthEast().distanceTo(bounds.getSouthWest()) < 500;
  if (oneSpot) marker.bindPopup(() => popupRows(group, words.more));
  else marker.on("click", () => map.fitBounds(bounds.pad(0.3), { maxZoom: 11 }));
  return marker;
}

/** Bends the line from a to b to its left, so that flows there and back lie apart. */
function curve(map, from, to, steps = 24) {
  const zoom = 6;
  const a = map.project(from, zoom);
  const b = map.project(to, zoom);
  const bend = { x: (a.x + b.x) / 2 + (b.y - a.y) * 0.18, y: (a.y + b.y) / 2 - (b.x - a.x) * 0.18 };
  return Array.from({ length: steps + 1 }, (_, step) => {
    const t = step / steps;
    const u = 1 - t;
    return map.unproject(
      [u * u * a.x + 2 * u * t * bend.x + t * t * b.x, u * u * a.y + 2 * u * t * bend.y + t * t * b.y],
      zoom,
    );
  });
}

function drawFlows(L, map, flows, words) {
  const renderer = L.svg({ pane: "flows", padding: 0.3 });
  const lines = flows
    .filter((flow) => String(flow.from) !== String(flow.to))
    .map((flow) => {
      const path = curve(map, flow.from, flow.to);
      const shared = { renderer, pane: "flows" };
      const under = L.polyline(path, { ...shared, weight: 2, opacity: 0.35, className: "flow" });
      const over = L.polyline(path, {
        ...shared,
        weight: 2,
        opacity: 0.9,
        dashArray: flow.settled ? null : "2 7",
        className: flow.settled ? "flow flow-moving" : "flow",
      });
      over.bindPopup(() => popupRows([flow], words.more));
      return { flow, under, over };
    });
  const tint = () => {
    for (const { flow, under, over } of lines) {
      const style = { color: colour(`--${flow.kind}-mark`) };
      under.setStyle(style);
      over.setStyle(style);
    }
  };
  tint();
  for (const { under, over } of lines) L.featureGroup([under, over]).addTo(map);
  document.addEventListener("themechange", tint);
}

/** Returns the places within the middle nine tenths, north to south and west to east. */
function core(places) {
  const cut = (axis) => {
    const sorted = places.map((place) => place[axis]).sort((a, b) => a - b);
    const at = (share) => sorted[Math.round(share * (sorted.length - 1))];
    return [at(0.05), at(0.95)];
  };
  const [south, north] = cut(0);
  const [west, east] = cut(1);
  return [
    [south, west],
    [north, east],
  ];
}

/** Returns the four ends of a circle. */
function around(circle) {
  if (!circle) return [];
  const degrees = circle.km / 111.2;
  const wide = degrees / Math.max(0.05, Math.cos((circle.lat * Math.PI) / 180));
  return [
    [circle.lat - degrees, circle.lon],
    [circle.lat + degrees, circle.lon],
    [circle.lat, circle.lon - wide],
    [circle.lat, circle.lon + wide],
  ];
}

function frame(L, map, element, data) {
  const places = [
    ...data.points.map((point) => [point.lat, point.lon]),
    ...(data.flows || []).flatMap((flow) => [flow.from, flow.to]),
    ...around(data.circle),
  ];
  if (!places.length) return map.setView([54, 15], 4);
  // The reader's own places and those who fit them; else where nearly everything is: a few far points must not shrink the
  // rest to a spot.
  const whole = "core" in element.dataset ? core(places) : places;
  const inner = data.focus?.length ? data.focus : whole;
  const wide = element.clientWidth > 800;
  const left = wide ? Number(element.dataset.padLeft || 0) : 0;
  return map.fitBounds(L.latLngBounds(inner), {
    paddingTopLeft: [left + 30, 30],
    paddingBottomRight: [50, 40],
    maxZoom: Number(element.dataset.maxZoom || 8),
    animate: false,
  });
}

async function show(element) {
  const { source, url } = element.dataset;
  const data = source ? JSON.parse(document.querySelector(source).textContent) : await (await fetch(url)).json();
  const words = { more: element.dataset.more, listings: element.dataset.listings };
  const map = await makeMap(element);
  const L = window.L;
  frame(L, map, element, data);
  drawFlows(L, map, data.flows || [], words);
  const redraw = drawPoints(L, map, data.points, words, "dots" in element.dataset);
  let points = data.points;
  ringPointed(L, map, () => points);
  const circle = drawCircle(L, map);
  circle(data.circle);
  searchAsMoved(map);
  // Filtered lists bring new data in a script of the same id.
  document.addEventListener("htmx:afterSettle", (event) => {
    if (!source || !event.detail.elt.querySelector(source)) return;
    const next = JSON.parse(document.querySelector(source).textContent);
    points = next.points;
    redraw(points);
    circle(next.circle);
    // Where the map says what is searched, it stays where it was moved to.
    if (!document.getElementById("id_box")?.value) frame(L, map, element, next);
  });
  element.dataset.ready = "";
}

// A map below the fold is made when it comes near.
const near = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting || "started" in target.dataset) continue;
      target.dataset.started = ""; // htmx may announce the same element again before the map is ready
      near.unobserve(target);
      show(target);
    }
  },
  { rootMargin: "300px" },
);
const start = (root) => {
  for (const element of root.querySelectorAll("[data-map]:not([data-ready])")) near.observe(element);
};
start(document);
document.addEventListener("htmx:load", (event) => start(event.detail.elt));
