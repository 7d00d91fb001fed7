// A world map without any outside request: land, borders and town names from own files; tiles only where configured.

const loaded = new Map();

/** Loads a classic script once. */
export function loadScript(url) {
  if (!loaded.has(url)) {
    loaded.set(
      url,
      new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = url;
        script.onload = resolve;
        script.onerror = () => reject(new Error(`could not load ${url}`));
        document.head.append(script);
      }),
    );
  }
  return loaded.get(url);
}

const fetched = new Map();

function fetchJson(url) {
  if (!fetched.has(url)) fetched.set(url, fetch(url).then((response) => response.json()));
  return fetched.get(url);
}

/** Resolves a CSS variable to the colour that holds now (canvas and SVG attributes know neither var() nor light-dark()). */
export function colour(name, element = document.body) {
  const probe = document.createElement("i");
  probe.style.color = `var(${name})`;
  probe.hidden = true;
  element.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

const TOWN_STEPS_THOUSANDS = { 3: 8000, 4: 3000, 5: 900, 6: 350, 7: 120, 8: 50 };
const TOWN_SPACING_PX = [110, 26];

function smallestTownShown(zoom) {
  const step = Math.floor(zoom);
  if (step < 3) return Infinity;
  return TOWN_STEPS_THOUSANDS[step] ?? 0;
}

/** Writes as many town names as there is room for, the largest towns first. */
function nameTowns(L, map, towns) {
  const layer = L.layerGroup().addTo(map);
  const redraw = () => {
    layer.clearLayers();
    const smallest = smallestTownShown(map.getZoom());
    const bounds = map.getBounds();
    const taken = [];
    for (const [name, latitude, longitude, thousands] of towns) {
      if (thousands < smallest || taken.length > 45) break;
      if (!bounds.contains([latitude, longitude])) continue;
      const at = map.latLngToContainerPoint([latitude, longitude]);
      const crowded = taken.some(
        (other) => Math.abs(other.x - at.x) < TOWN_SPACING_PX[0] && Math.abs(other.y - at.y) < TOWN_SPACING_PX[1],
      );
      if (crowded) continue;
      taken.push(at);
      const label = document.createElement("span");
      label.textContent = name;
      layer.addLayer(
        L.marker([latitude, longitude], {
          icon: L.divIcon({ className: "map-town", html: label, iconSize: null, iconAnchor: [-5, 8] }),
          interactive: false,
          keyboard: false,
          pane: "towns",
        }),
      );
    }
  };
  map.on("zoomend moveend", redraw);
  redraw();
}

const ANTARCTICA = "010";

/** Lets a ring that crosses the date line run on past 180° instead of jumping back across the whole map. */
function unwrap(ring) {
  let shift = 0;
  return ring.map(([longitude, latitude], index) => {
    const step = index ? longitude - ring[index - 1][0] : 0;
    if (Math.abs(step) > 180) shift -= Math.sign(step) * 360;
    return [longitude + shift, latitude];
  });
}

/** Returns the country's outlines, and a copy a turn away of those that cross the date line, so that both edges are filled. */
function flatten({ geometry, ...rest }) {
  const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
  const unwrapped = polygons.map((polygon) => polygon.map(unwrap));
  const copies = unwrapped.flatMap((polygon) => {
    const longitudes = polygon[0].map(([longitude]) => longitude);
    const turn = Math.max(...longitudes) > 180 ? -360 : Math.min(...longitudes) < -180 ? 360 : 0;
    return turn ? [polygon.map((ring) => ring.map(([longitude, latitude]) => [longitude + turn, latitude]))] : [];
  });
  return { ...rest, geometry: { type: "MultiPolygon", coordinates: [...unwrapped, ...copies] } };
}

function drawLand(L, map, topology) {
  const style = () => ({
    renderer,
    stroke: true,
    weight: 0.8,
    color: colour("--map-border"),
    fillColor: colour("--map-land"),
    fillOpacity: 1,
  });
  const renderer = L.canvas({ pane: "land", padding: 0.3 });
  const countries = window.topojson
    .feature(topology, topology.objects.countries)
    .features.filter((country) => country.id !== ANTARCTICA)
    .map(flatten);
  const land = L.geoJSON(countries, { pane: "land", interactive: false, style }).addTo(map);
  document.addEventListener("themechange", () => land.setStyle(style()));
}

/** Makes a Leaflet map in `element`, whose data attributes name the files (see templates/components/map_attributes.html). */
export async function makeMap(element, options = {}) {
  const data = element.dataset;
  await Promise.all([loadScript(data.leaflet), loadScript(data.topojson)]);
  const L = window.L;
  const map = L.map(element, {
    minZoom: 1.5,
    maxZoom: data.tiles ? 18 : 11,
    zoomSnap: 0.5,
    maxBounds: [
      [-65, -190],
      [84, 190],
    ],
    maxBoundsViscosity: 0.8,
    scrollWheelZoom: false,
    zoomControl: false,
    attributionControl: false,
    ...options,
  });
  L.control.zoom({ position: "topright", zoomInTitle: data.zoomIn, zoomOutTitle: data.zoomOut }).addTo(map);
  const credits = L.control.attribution({ position: "bottomright", prefix: false }).addTo(map);
  // The page scrolls with the wheel until somebody works with the map.
  map.on("focus click", () => map.scrollWheelZoom.enable());
  map.on("blur", () => map.scrollWheelZoom.disable());
  map.createPane("land").style.zIndex = 150;
  map.createPane("flows").style.zIndex = 410;
  map.createPane("towns").style.zIndex = 380;
  if (data.tiles) {
    L.tileLayer(data.tiles).addTo(map);
  } else {
    credits.addAttribution(data.credits);
    const [topology, towns] = await Promise.all([fetchJson(data.land), fetchJson(data.towns)]);
    map.whenReady(() => {
      drawLand(L, map, topology);
      nameTowns(L, map, towns);
    });
  }
  return map;
}
