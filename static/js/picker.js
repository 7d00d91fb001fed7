// Choosing a place on the map: <div data-picker data-latitude="#id" data-longitude="#id">. The two number fields stay the
// form's truth and work without this file; the map writes into them and follows them.

import { makeMap } from "./basemap.js";

const PLACES = 5;
const CLOSE_ZOOM = 9;

async function pick(element) {
  const latitude = document.querySelector(element.dataset.latitude);
  const longitude = document.querySelector(element.dataset.longitude);
  const typed = () => {
    if (latitude.value === "" || longitude.value === "") return null;
    const at = [Number(latitude.value), Number(longitude.value)];
    return at.every(Number.isFinite) && Math.abs(at[0]) <= 90 && Math.abs(at[1]) <= 180 ? at : null;
  };
  const map = await makeMap(element);
  const L = window.L;
  const url = element.dataset.pin;
  const pin = L.marker([0, 0], {
    draggable: true,
    title: element.dataset.pinTitle,
    alt: element.dataset.pinTitle,
    icon: L.icon({ iconUrl: url, iconSize: [25, 41], iconAnchor: [12, 41] }),
  });
  const write = (at) => {
    const place = at.wrap();
    latitude.value = place.lat.toFixed(PLACES);
    longitude.value = place.lng.toFixed(PLACES);
    pin.setLatLng(place).addTo(map);
    for (const field of [latitude, longitude]) field.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const follow = ({ zoom }) => {
    const at = typed();
    if (!at) return;
    pin.setLatLng(at).addTo(map);
    map.setView(at, zoom ? Math.max(map.getZoom() || 0, CLOSE_ZOOM) : map.getZoom());
  };
  if (typed()) {
    map.setView(typed(), CLOSE_ZOOM);
    follow({ zoom: false });
  } else {
    map.setView([54, 15], 3.5);
  }
  map.on("click", (event) => write(event.latlng));
  pin.on("dragend", () => write(pin.getLatLng()));
  for (const field of [latitude, longitude]) {
    field.addEventListener("input", () => follow({ zoom: true }));
  }
  // A town chosen in the type-ahead brings its own place along (data-fill writes it into the fields).
  document.addEventListener("typeahead:choose", () => follow({ zoom: true }));
  element.dataset.ready = "";
}

for (const element of document.querySelectorAll("[data-picker]")) pick(element);
