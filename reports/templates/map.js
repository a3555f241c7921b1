"use strict";
/* The map: roads, red lines, settlements coloured by travel, sites by shape. Canvas only; no tiles, no WebGL, no request. */
(function county() {
  const ROOM = document.getElementById("map-room");
  const BLOCK = document.getElementById("map-data");
  if (!ROOM || !BLOCK) return;
  /* Near to far; readable for all kinds of colour vision (viridis). What is not served differs in shape as well. */
  const NEAR_TO_FAR = ["#a5db36", "#3dbc74", "#1f8f8d", "#39568c", "#471164"];
  const MISSED = "#c8361d", NOBODY = "#c9c6bd";
  /* 0 candidate, 1 kept, 2 new, 3 expanded, 4 closed */
  const SITE = [
    { word: "map.candidate", shape: "dot", fill: "#ffffff", line: "#8d8a80", size: 3.2 },
    { word: "map.kept", shape: "square", fill: "#4b5360", line: "#ffffff", size: 4.2 },
    { word: "map.new", shape: "star", fill: "#f28e00", line: "#4a2b00", size: 8.5 },
    { word: "map.expanded", shape: "triangle", fill: "#2f6fd0", line: "#ffffff", size: 7.5 },
    { word: "map.closed", shape: "cross", fill: "#111111", line: "#111111", size: 5.5 },
    { word: "map.later", shape: "star", fill: "#ffffff", line: "#7a5a1e", size: 7 },
  ];
  /* Signs of what is not a plain site: landfill, incinerator. Stations of a haul service are diamonds. */
  const KIND = { 1: { word: "map.landfill", shape: "bowl", size: 8 }, 2: { word: "map.incinerator", shape: "house", size: 8.5 }, station: { word: "map.station", shape: "diamond", size: 6.5 } };
  /* Lines by their state: kept, new, more trips; told apart by dashes as well as by colour. */
  const LINE = { 1: { word: "map.line_kept", color: "#4b5360", weight: 2.4 }, 2: { word: "map.line_new", color: "#e07b00", weight: 3.2, dash: "9 5" }, 3: { word: "map.line_more", color: "#2f6fd0", weight: 3.6, dash: "2 5" }, 5: { word: "map.line_later", color: "#a59c87", weight: 1.6, dash: "1 6" } };
  /* Ways by their kind. */
  const WAY = [ { word: "map.way_direct", color: "#31688e" }, { word: "map.way_line", color: "#e07b00", dash: "2 4" }, { word: "map.way_boarding", color: "#8c2d82", dash: "7 4" } ];
  const HAUL = "#5a4632";
  const ROADS = [
    { color: "#a98d58", weight: 2.8 }, { color: "#bfa87c", weight: 1.8 }, { color: "#d3c7ab", weight: 1 },
  ];
  const state = { service: 0, when: "after", phase: 0, layers: { roads: true, red: true, links: false, flows: true, lines: true, stops: true, places: true, candidates: false, sites: true, names: true }, chosen: null };
  const DRAWN = ["lines", "stops", "flows", "links", "places", "candidates", "sites"];
  const amount = (service, n) => service.unit === "tpd" ? say("map.tpd", { n: n > 0 && n < 1000 ? +(n / 1000).toPrecision(2) : (n / 1000).toFixed(1) }) : say(service.unit === "settlements" ? (n === 1 ? "map.settlement" : "map.settlements") : n === 1 ? "map.person" : "map.people", { n: comma(n) });
  const now = (service) => service.views[state.when === "before" ? "before" : "after" + state.phase];
  const later = (phase) => state.when === "after" && phase > state.phase;
  const comma = (n) => Math.round(n).toLocaleString("en");
  const travel = (n, time) => time ? say("map.minutes", { n: (n / 60).toFixed(1) }) : n >= 1000 ? say("map.km", { n: (n / 1000).toFixed(1) }) : say("map.metres", { n: Math.round(n) });

  unpack().then(start).catch((error) => {
    console.warn(error);
    ROOM.replaceChildren(make("p", { class: "warning" }, say("map.failed")));
  });

  async function unpack() {
    const data = JSON.parse(BLOCK.textContent);
    if (BLOCK.dataset.form !== "gzip") return data;
    const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return JSON.parse(await new Response(stream).text());
  }
  function degrees(coded) {
    let sum = 0;
    return coded.map((step) => (sum += step) / 1e5);
  }
  const line = ([xs, ys]) => { const lon = degrees(xs); return degrees(ys).map((lat, i) => [lat, lon[i]]); };

  /* Shapes beside circles, drawn by the same canvas. */
  const Mark = L.CircleMarker.extend({
    _updatePath() { drawMark(this._renderer, this); },
    _updateBounds() {
      const r = this._radius + this.options.weight + 2;
      this._pxBounds = L.bounds(this._point.subtract([r, r]), this._point.add([r, r]));
    },
  });
  function drawMark(renderer, mark) {
    if (!renderer._drawing || mark._empty()) return;
    const ctx = renderer._ctx;
    outline(ctx, mark.options.shape, mark._point.x, mark._point.y, mark._radius);
    renderer._fillStroke(ctx, mark);
  }
  function outline(ctx, shape, x, y, r) {
    ctx.beginPath();
    if (shape === "square") ctx.rect(x - r, y - r, 2 * r, 2 * r);
    else if (shape === "diamond") { ctx.moveTo(x, y - r); ctx.lineTo(x + r, y); ctx.lineTo(x, y + r); ctx.lineTo(x - r, y); ctx.closePath(); }
    else if (shape === "bowl") { ctx.moveTo(x - r, y - r * 0.6); ctx.lineTo(x + r, y - r * 0.6); ctx.lineTo(x + r * 0.5, y + r * 0.7); ctx.lineTo(x - r * 0.5, y + r * 0.7); ctx.closePath(); }
    else if (shape === "house") { ctx.moveTo(x - r * 0.8, y + r * 0.8); ctx.lineTo(x - r * 0.8, y); ctx.lineTo(x + r * 0.1, y - r * 0.5); ctx.lineTo(x + r * 0.1, y - r); ctx.lineTo(x + r * 0.6, y - r); ctx.lineTo(x + r * 0.6, y - r * 0.1); ctx.lineTo(x + r * 0.8, y); ctx.lineTo(x + r * 0.8, y + r * 0.8); ctx.closePath(); }
    else if (shape === "triangle") { ctx.moveTo(x, y - r); ctx.lineTo(x + r * 0.95, y + r * 0.75); ctx.lineTo(x - r * 0.95, y + r * 0.75); ctx.closePath(); }
    else if (shape === "star") {
      for (let k = 0; k < 10; k++) {
        const a = Math.PI * (k / 5 - 0.5), q = k % 2 ? r * 0.45 : r;
        ctx.lineTo(x + q * Math.cos(a), y + q * Math.sin(a));
      }
      ctx.closePath();
    } else if (shape === "cross") { ctx.moveTo(x - r, y - r); ctx.lineTo(x + r, y + r); ctx.moveTo(x + r, y - r); ctx.lineTo(x - r, y + r); }
    else {
      ctx.arc(x, y, r, 0, 2 * Math.PI);
      if (shape === "missed") { const d = r * 0.7; ctx.moveTo(x - d, y - d); ctx.lineTo(x + d, y + d); ctx.moveTo(x + d, y - d); ctx.lineTo(x - d, y + d); }
    }
  }

  /* Settlements, and what lies near them of the roads: a road to the next province must not make the county small. */
  function frame(data, lat, lon) {
    const home = L.latLngBounds(lat.map((y, i) => [y, lon[i]])), near = home.pad(0.3);
    for (const road of data.roads) for (const part of road.lines) for (const spot of part) if (near.contains(spot)) home.extend(spot);
    return home;
  }

  function start(data) {
    const lon = degrees(data.places.x), lat = degrees(data.places.y);
    data.lines ||= []; data.phases ||= [];
    for (const road of data.roads) road.lines = road.lines.map(line);
    state.phase = Math.max(0, data.phases.length - 1);
    for (const service of data.services) prepare(service, data);
    const page = build(data);
    const map = L.map(page.canvas, { preferCanvas: true, zoomControl: false, attributionControl: false, zoomSnap: 0.25, zoomDelta: 0.5, wheelPxPerZoomLevel: 120, minZoom: 6, maxZoom: 17 });
    L.control.zoom({ position: "topright", zoomInTitle: say("map.zoom_in"), zoomOutTitle: say("map.zoom_out") }).addTo(map);
    L.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);
    for (const [name, z] of [["below", 350], ["names", 640]]) map.createPane(name).style.zIndex = z;
    map.getPane("below").style.pointerEvents = "none";
    map.getPane("names").style.pointerEvents = "none";
    const below = L.canvas({ pane: "below", padding: 0.3 });
    const home = frame(data, lat, lon);
    map.fitBounds(home, { padding: [16, 16], animate: false });
    const here = { data, lon, lat, map, below, home, homeZoom: map.getZoom(), page, layers: {} };
    ground(here);
    redraw(here);
    map.on("zoomend", () => { resize(here); thin(here); });
    wire(here);
    printing(here);
    ROOM.dataset.frame = home.toBBoxString();
    ROOM.dataset.ready = "yes";
  }

  /* What each place and site gets today, and by the end of each phase. */
  function prepare(service, data) {
    service.sites.lon = degrees(service.sites.x);
    service.sites.lat = degrees(service.sites.y);
    service.views = { before: view(service, service.before, Infinity, data) };
    for (let k = 0; k <= state.phase; k++) service.views["after" + k] = view(service, service.after, k, data);
    const sizes = service.demand.filter((q) => q > 0).sort((a, b) => a - b);
    service.large = sizes.length ? sizes[Math.floor(sizes.length * 0.97)] : 1;
  }
  function view(service, plan, phase, data) {
    const levels = data.places.level, stride = data.stride || 5;
    const seen = { place: levels.map(() => null), site: service.sites.name.map(() => ({ persons: 0, places: [] })), links: [] };
    const at = (p) => (seen.place[p] ||= { served: 0, sum: 0, links: [], missed: 0, later: 0, reason: null });
    for (let i = 0; i < plan.links.length; i += stride) {
      const [p, s, persons, way, access, line = -1, since = -1] = plan.links.slice(i, i + stride);
      const place = at(p);
      if (since > phase) { place.later += persons; place.since = since; continue; }
      place.served += persons;
      place.links.push({ site: s, persons, way, access, line });
      seen.links.push([p, s, line >= 0 ? 1 : service.access[access].kind === "boarding" ? 2 : 0, line]);
      place.sum += persons * (service.mixed ? 100 * way / service.access[access].limits[levels[p]] : way);
      seen.site[s].persons += persons;
      seen.site[s].places.push(p);
    }
    for (let i = 0; i < plan.unserved.length; i += 3) {
      const [p, persons, reason] = plan.unserved.slice(i, i + 3);
      Object.assign(at(p), { missed: persons, reason });
    }
    seen.transfers = [];
    for (let i = 0; i < (plan.transfers || []).length; i += 4) {
      const [from, to, kg, way] = plan.transfers.slice(i, i + 4);
      if (phase !== Infinity && Math.max(service.sites.phase[from], service.sites.phase[to]) > phase) continue;
      seen.transfers.push({ from, to, kg, way });
      seen.site[to].persons += kg;
    }
    return seen;
  }
  function shade(service, place) {
    if (!place || (!place.served && !place.missed && !place.later)) return { fill: NOBODY };
    if (!place.served) return { fill: "#ffffff", missed: true };
    const mean = place.sum / place.served;
    const k = service.breaks.findIndex((limit) => mean <= limit);
    return { fill: NEAR_TO_FAR[k < 0 ? 4 : k], partly: place.missed + place.later > 0 };
  }

  /* The controls around the map. */
  function build(data) {
    const services = make("div", { class: "choice services", role: "radiogroup", "aria-label": say("map.service") });
    data.services.forEach((service, i) => services.append(radio("map-service", String(i), service.name, i === 0)));
    const when = make("div", { class: "choice", role: "radiogroup", "aria-label": say("map.when") },
      radio("map-when", "before", say("map.before"), false), radio("map-when", "after", say("map.after"), true));
    const slider = make("input", { type: "range", id: "map-phase", min: "0", max: String(state.phase), step: "1", value: String(state.phase), "aria-label": say("map.phase") });
    const told = make("output", { for: "map-phase" });
    const phase = make("div", { class: "phase", hidden: data.phases.length < 2 }, make("span", {}, say("map.phase")), slider, told);
    const search = make("input", { type: "search", id: "map-search", autocomplete: "off", placeholder: say("map.search_hint"), "aria-label": say("map.search"), "aria-controls": "map-hits" });
    const hits = make("ul", { id: "map-hits", class: "hits", hidden: true });
    const reset = make("button", { type: "button", id: "map-reset" }, say("map.reset"));
    const canvas = make("div", { id: "map-canvas", role: "application", "aria-label": say("map.label") });
    const legend = make("div", { id: "map-legend", "aria-live": "polite" });
    const detail = make("div", { id: "map-detail", "aria-live": "polite" });
    const layers = make("fieldset", { class: "layers" }, make("legend", {}, say("map.layers")));
    const families = new Set(data.services.map((service) => service.family));
    const needless = { flows: !families.has("haul"), lines: !data.lines.length, stops: !data.lines.length };
    for (const [key, on] of Object.entries(state.layers)) {
      if (needless[key]) continue;
      layers.append(make("label", {}, make("input", { type: "checkbox", name: key, checked: on }), say("map.layer_" + key)));
    }
    const printed = make("p", { class: "printed" });
    ROOM.replaceChildren(printed,
      make("div", { class: "map-bar" }, services, when, phase),
      make("div", { class: "map-frame" },
        make("div", { class: "map-main" }, canvas, make("canvas", { id: "map-print", "aria-hidden": "true" })),
        make("div", { class: "map-side" },
          make("div", { class: "search" }, search, reset, hits),
          make("div", { class: "panel" }, make("h3", {}, say("map.legend")), legend),
          make("div", { class: "panel" }, make("h3", {}, say("map.detail")), detail), layers)));
    detail.append(make("p", { class: "hint" }, say("map.detail_hint")));
    return { printed, services, when, phase, slider, told, search, hits, reset, canvas, legend, detail, layers };
  }
  function radio(name, value, text, checked) {
    return make("label", {}, make("input", { type: "radio", name, value, checked }), make("span", {}, text));
  }

  /* What does not change with the service. */
  function ground(here) {
    const { data, map, below } = here;
    here.layers.roads = L.layerGroup(data.roads.slice().reverse().map((road) =>
      L.polyline(road.lines, { ...ROADS[road.rank], pane: "below", renderer: below, interactive: false, smoothFactor: 1.2 })));
    here.layers.red = L.layerGroup(data.red.map((zone) =>
      L.polygon(zone.rings.map(line), { color: "#a3324a", weight: 1.2, dashArray: "5 3", fillColor: "#a3324a", fillOpacity: 0.1, pane: "below", renderer: below, interactive: false })));
    const { seat, town, towns, people, name } = data.places;
    const seats = seat.flatMap((rank, i) => (rank ? [i] : [])).sort((a, b) => people[b] - people[a]);
    const first = seats.filter((i, n) => !towns[town[i]] || seats.findIndex((k) => town[k] === town[i]) === n);
    here.names = first.map((i) => {
      const word = make("span", {}, towns[town[i]] || name[i]);
      const spot = [here.lat[i], here.lon[i]];
      return { word, spot, marker: L.marker(spot, { pane: "names", interactive: false, keyboard: false,
        icon: L.divIcon({ className: "place-name", iconSize: [0, 0], html: word }) }) };
    });
    here.layers.names = L.layerGroup(here.names.map((name) => name.marker));
    for (const key of ["roads", "red", "names"]) if (state.layers[key]) here.layers[key].addTo(map);
    thin(here);
  }

  /* Names that would lie over a more important one are left out until there is room. */
  function thin(here) {
    const taken = [];
    for (const { word, spot } of here.names) {
      const { x, y } = here.map.latLngToLayerPoint(spot), half = (word.offsetWidth || 80) / 2 + 4;
      const free = taken.every((box) => Math.abs(box.x - x) > box.half + half || Math.abs(box.y - y) > 17);
      word.style.visibility = free ? "" : "hidden";
      if (free) taken.push({ x, y, half });
    }
  }

  /* What changes with the service and the moment. */
  function redraw(here) {
    const { data, map, lon, lat } = here;
    const service = data.services[state.service], plan = now(service);
    for (const key of DRAWN) here.layers[key]?.remove();
    if (data.phases.length) here.page.told.textContent = say("map.until", { phase: data.phases[state.phase] });
    here.page.phase.classList.toggle("off", state.when === "before");
    here.page.slider.disabled = state.when === "before";
    const order = service.demand.map((_, i) => i).sort((a, b) => service.demand[b] - service.demand[a]);
    here.marks = [];
    here.layers.places = L.layerGroup(order.map((i) => {
      const look = shade(service, plan.place[i]);
      const mark = new Mark([lat[i], lon[i]], {
        shape: look.missed ? "missed" : "dot", fillColor: look.fill, fillOpacity: 0.92, bubblingMouseEvents: false,
        color: look.missed || look.partly ? MISSED : "#23303a", weight: look.missed || look.partly ? 1.6 : 0.5, radius: 3,
      });
      mark.base = service.demand[i] ? 2.4 + 6.2 * Math.sqrt(Math.min(1.4, service.demand[i] / service.large)) : 1.4;
      here.marks.push(mark);
      return told(mark, () => tip(here, i), () => choose(here, { place: i }));
    }));
    const spot = (s) => [service.sites.lat[s], service.sites.lon[s]];
    here.layers.links = L.layerGroup(service.family === "line" ? [] : WAY.map((look, kind) => L.polyline(
      plan.links.filter((link) => link[2] === kind).map(([p, s]) => [[lat[p], lon[p]], spot(s)]),
      { pane: "below", renderer: here.below, interactive: false, color: look.color, weight: kind ? 1.4 : 0.9, dashArray: look.dash, opacity: 0.6 })));
    flows(here, service, plan, spot);
    lines(here, service, plan);
    const groups = { sites: [], candidates: [] };
    service.sites.name.forEach((_, s) => {
      const what = status(service, s);
      if (service.sites.kind && service.sites.kind[s] === 3) return;
      const look = sign(service, s, what);
      const mark = new Mark([service.sites.lat[s], service.sites.lon[s]], {
        shape: look.shape, fillColor: look.fill, fillOpacity: 1, color: look.line, weight: look.shape === "cross" ? 2.4 : 1, fill: look.shape !== "cross",
        radius: look.size, bubblingMouseEvents: false });
      mark.base = look.size;
      mark.rank = what;
      here.marks.push(mark);
      groups[what ? "sites" : "candidates"].push(told(mark, () => siteTip(here, s), () => choose(here, { site: s })));
    });
    groups.sites.sort((a, b) => [9, 0, 3, 2, 1, 1][a.rank] - [9, 0, 3, 2, 1, 1][b.rank]);
    here.layers.candidates = L.layerGroup(groups.candidates);
    here.layers.sites = L.layerGroup(groups.sites);
    for (const key of DRAWN) if (state.layers[key]) here.layers[key].addTo(map);
    resize(here);
    legend(here);
    detail(here);
  }
  function status(service, s) {
    if (state.when === "before") return service.sites.before[s];
    const what = service.sites.after[s];
    return service.sites.phase && later(service.sites.phase[s]) ? (what === 3 ? 1 : 5) : what;
  }
  /* Colour by what is done, shape by what it is. */
  function sign(service, s, what) {
    const look = SITE[what], kind = KIND[service.sites.kind?.[s]] || (service.family === "haul" && KIND.station);
    return kind && what && what !== 4 ? { ...look, shape: kind.shape, size: kind.size } : look;
  }
  function lineState(item) {
    if (state.when === "before") return item.before;
    return item.after && later(item.phase) ? (item.before ? 1 : 5) : item.after;
  }
  /* Waste: thin from village to station, thick from station to disposal, by how much. */
  function flows(here, service, plan, spot) {
    const thin = plan.links.map(([p, s]) => [[here.lat[p], here.lon[p]], spot(s)]);
    const most = Math.max(1, ...plan.transfers.map((flow) => flow.kg));
    here.layers.flows = L.layerGroup(service.family !== "haul" ? [] : [
      L.polyline(thin, { pane: "below", renderer: here.below, interactive: false, color: HAUL, weight: 0.8, opacity: 0.5 }),
      ...plan.transfers.map((flow) => told(L.polyline([spot(flow.from), spot(flow.to)], { color: HAUL, weight: 2 + 7 * Math.sqrt(flow.kg / most), opacity: 0.6, lineCap: "butt" }),
        () => make("div", {}, say("map.flow", { here: service.sites.name[flow.from], to: service.sites.name[flow.to], n: amount(service, flow.kg), travel: travel(flow.way, true) })),
        () => choose(here, { site: flow.from })))]);
  }
  /* All lines for the line service itself; for others the lines that bring somebody there. */
  function lines(here, service, plan) {
    const { data } = here, used = new Set(plan.links.map((link) => link[3]));
    const shown = data.lines.map((item, k) => ({ item, k, state: lineState(item) }))
      .filter(({ k, state }) => state && (service.family === "line" || used.has(k)));
    const dots = new Map();
    here.layers.lines = L.layerGroup(shown.sort((a, b) => (a.state === 1 ? 0 : 1) - (b.state === 1 ? 0 : 1)).map(({ item, k, state }) => {
      for (const p of item.stops) dots.set(p, state);
      const look = LINE[state];
      return told(L.polyline(item.path ? line(item.path) : item.stops.map((p) => [here.lat[p], here.lon[p]]), { color: look.color, weight: look.weight, dashArray: look.dash, opacity: 0.85, bubblingMouseEvents: false }),
        () => make("div", {}, make("strong", {}, item.name), ...lineWords(here, k).map((text) => make("div", {}, text))), () => choose(here, { line: k }));
    }));
    here.layers.stops = L.layerGroup([...dots].map(([p, state]) => {
      const mark = new Mark([here.lat[p], here.lon[p]], { shape: "dot", fillColor: "#ffffff", fillOpacity: 1, color: LINE[state].color, weight: 1.6, radius: 3, interactive: false });
      return mark;
    }));
    here.linesShown = new Set(shown.map(({ state }) => state));
  }
  function lineWords(here, k) {
    const item = here.data.lines[k], what = lineState(item), { name } = here.data.places;
    const head = [what ? say(LINE[what].word) : say("map.candidate"), state.when === "after" && item.size, state.when === "after" && item.phase >= 0 && here.data.phases[item.phase]].filter(Boolean).join(" · ");
    const words = [head, say("map.stops", { n: item.stops.length, names: item.stops.map((p) => name[p]).join(" – ") })];
    if (state.when === "after" && item.cost) words.push(say("map.cost", { money: item.cost }));
    return words;
  }
  function told(mark, words, click) {
    mark.bindTooltip(words, { sticky: true, opacity: 1, className: "tip" });
    mark.on("click", click);
    return mark;
  }
  function resize(here) {
    const zoom = Math.max(0.7, Math.min(2.2, 1 + 0.22 * (here.map.getZoom() - here.homeZoom)));
    const crowd = Math.max(0.55, Math.min(1.15, Math.sqrt(500 / here.lon.length) * Math.min(1, here.page.canvas.clientWidth / 800) + 0.15));
    const open = here.marks.filter((mark) => mark.rank).length;
    const few = Math.max(0.62, Math.min(1.1, Math.sqrt(160 / Math.max(1, open)))) * Math.min(1, 0.35 + here.page.canvas.clientWidth / 1200);
    for (const mark of here.marks) mark.setRadius(mark.base * zoom * (mark.rank === undefined ? crowd : few));
    here.page.canvas.classList.toggle("close-up", here.map.getZoom() > here.homeZoom + 1.5);
  }

  /* Words about a place or a site; all of them are text nodes. */
  function tip(here, i) {
    return make("div", {}, make("strong", {}, placeName(here, i)), ...placeLines(here, i).slice(0, 4).map((text) => make("div", {}, text)));
  }
  function siteTip(here, s) {
    const lines = siteLines(here, s);
    return make("div", {}, make("strong", {}, here.data.services[state.service].sites.name[s]), ...lines.map((text) => make("div", {}, text)));
  }
  function placeName(here, i) {
    const { name, town, towns } = here.data.places;
    return towns[town[i]] ? name[i] + " · " + towns[town[i]] : name[i];
  }
  function placeLines(here, i) {
    const { data } = here, service = data.services[state.service], place = now(service).place[i];
    const lines = [data.places.levels[data.places.level[i]] + " · " + service.who + " " + amount(service, service.demand[i])];
    for (const link of place?.links || []) {
      const access = service.access[link.access];
      const mode = link.line >= 0 ? access.mode + " " + data.lines[link.line].name : access.mode;
      lines.push(say("map.served_by", { site: service.sites.name[link.site], n: amount(service, link.persons), mode, travel: travel(link.way, access.time) }));
    }
    if (place?.later) lines.push(say("map.served_later", { n: amount(service, place.later), phase: data.phases[place.since] }));
    if (place?.missed) lines.push(say("map.not_served", { n: amount(service, place.missed), reason: data.reasons[place.reason] }));
    return lines;
  }
  function siteLines(here, s) {
    const service = here.data.services[state.service], sites = service.sites, planned = state.when === "after";
    const what = status(service, s), view = now(service), use = view.site[s];
    const head = planned ? say(SITE[what].word) : say(what ? "map.existing" : "map.candidate");
    const kind = KIND[sites.kind?.[s]] || (service.family === "haul" && KIND.station);
    const lines = [[service.name, kind && say(kind.word), head, planned && sites.size[s], planned && sites.phase?.[s] >= 0 && here.data.phases[sites.phase[s]]].filter(Boolean).join(" · ")];
    if (what && what !== 4 && what !== 5) lines.push(say("map.serves", { n: amount(service, use.persons), k: comma(new Set(use.places).size) }));
    const room = sites.places[s][planned && (what === 3 || !later(sites.phase?.[s] ?? -1)) ? 1 : 0];
    if (room) lines.push(say("map.of_capacity", { n: amount(service, room), percent: (100 * use.persons / room).toFixed(1) + "%" }));
    if (planned && sites.beds?.[s]) lines.push(say("map.beds", { n: comma(sites.beds[s]) }));
    for (const flow of view.transfers) if (flow.from === s) lines.push(say("map.goes_on", { to: sites.name[flow.to], n: amount(service, flow.kg), travel: travel(flow.way, true) }));
    if (planned && sites.cost[s]) lines.push(say("map.cost", { money: sites.cost[s] }));
    return lines;
  }
  function choose(here, what) {
    state.chosen = what;
    detail(here);
  }
  function detail(here) {
    const { data, map, lon, lat } = here, box = here.page.detail, service = data.services[state.service];
    here.mark?.remove();
    if (state.chosen && state.chosen.site !== undefined && state.chosen.service !== undefined && state.chosen.service !== state.service) state.chosen = null;
    if (!state.chosen) return void box.replaceChildren(make("p", { class: "hint" }, say("map.detail_hint")));
    const { place, site, line: chosenLine } = state.chosen;
    let head, lines, spot, ends;
    if (chosenLine !== undefined) {
      const { name, stops } = data.lines[chosenLine], points = stops.map((p) => [lat[p], lon[p]]);
      here.mark = L.layerGroup([L.polyline(points, { color: "#d1007a", weight: 3, interactive: false, pane: "below", renderer: here.below }),
        ...points.map((point) => L.circleMarker(point, { radius: 6, color: "#d1007a", weight: 2, fill: false, interactive: false }))]).addTo(map);
      return void box.replaceChildren(make("strong", {}, name), ...lineWords(here, chosenLine).map((text) => make("p", {}, text)));
    }
    if (place !== undefined) {
      [head, lines, spot] = [placeName(here, place), placeLines(here, place), [lat[place], lon[place]]];
      ends = (now(service).place[place]?.links || []).map((k) => [service.sites.lat[k.site], service.sites.lon[k.site]]);
    } else {
      state.chosen.service = state.service;
      [head, lines, spot] = [service.sites.name[site], siteLines(here, site), [service.sites.lat[site], service.sites.lon[site]]];
      ends = [...new Set(now(service).site[site].places)].map((p) => [lat[p], lon[p]]);
      for (const flow of now(service).transfers) {
        const other = flow.from === site ? flow.to : flow.to === site ? flow.from : -1;
        if (other >= 0) ends.push([service.sites.lat[other], service.sites.lon[other]]);
      }
    }
    here.mark = L.layerGroup([
      L.polyline(ends.map((end) => [spot, end]), { color: "#d1007a", weight: 1.8, interactive: false, pane: "below", renderer: here.below }),
      L.circleMarker(spot, { radius: 13, color: "#d1007a", weight: 2.5, fill: false, interactive: false }),
    ]).addTo(map);
    box.replaceChildren(make("strong", {}, head), ...lines.map((text) => make("p", {}, text)));
  }

  /* The legend says what is drawn, and only that. */
  function legend(here) {
    const { data } = here, service = data.services[state.service], plan = now(service);
    const list = make("ul", { class: "legend-list" });
    const places = plan.place.filter(Boolean);
    let low = 0;
    service.breaks.forEach((limit, k) => {
      const show = (n) => service.mixed ? String(n) : service.time ? String(n / 60) : n % 100 === 0 ? String(n / 1000) : (n / 1000).toFixed(2);
      const unit = service.mixed ? "map.percent" : service.time ? "map.minutes" : "map.km";
      const text = say("map.up_to", { a: show(low), b: say(unit, { n: show(limit) }) });
      list.append(item(swatch("dot", NEAR_TO_FAR[k], "#23303a", 6, 0.6), text));
      low = limit;
    });
    if (places.some((p) => p.served && p.missed + p.later)) list.append(item(swatch("dot", NEAR_TO_FAR[1], MISSED, 5.5, 2), say("map.partly")));
    if (places.some((p) => !p.served && p.missed + p.later)) list.append(item(swatch("missed", "#fff", MISSED, 6, 1.6), say("map.unserved")));
    const signs = make("ul", { class: "legend-list" });
    const drawn = service.sites.name.flatMap((_, s) => (service.sites.kind?.[s] === 3 ? [] : [s]));
    const seen = new Set(drawn.map((s) => status(service, s)));
    if (service.family === "haul") for (const kind of ["station", 1, 2]) {
      if (drawn.some((s) => (service.sites.kind[s] || "station") === kind && status(service, s))) signs.append(item(swatch(KIND[kind].shape, "#ffffff", "#333333", 6.5, 1.2), say(KIND[kind].word)));
    }
    for (const k of [2, 3, 1, 4, 5]) if (seen.has(k)) {
      const word = state.when === "before" ? "map.existing" : SITE[k].word;
      const shape = service.family === "haul" && k !== 4 ? "diamond" : SITE[k].shape;
      signs.append(item(swatch(shape, SITE[k].fill, SITE[k].line, Math.min(7, SITE[k].size), k === 4 ? 2.2 : 1), say(word)));
    }
    if (state.layers.candidates && seen.has(0)) signs.append(item(swatch("dot", "#fff", SITE[0].line, 3.5, 1), say("map.candidate")));
    const lines = make("ul", { class: "legend-list" });
    if (state.layers.lines) for (const k of [1, 2, 3, 5]) if (here.linesShown.has(k)) lines.append(item(stroke(LINE[k], LINE[k].dash), say(state.when === "before" ? "map.line" : LINE[k].word)));
    if (state.layers.stops && here.linesShown.size) lines.append(item(swatch("dot", "#ffffff", "#4b5360", 4, 1.6), say("map.stop")));
    if (state.layers.flows && service.family === "haul") lines.append(item(stroke({ color: HAUL, weight: 1 }), say("map.flow_thin")), item(stroke({ color: HAUL, weight: 5 }), say("map.flow_thick")));
    if (state.layers.links && service.family !== "line") WAY.forEach((look, kind) => { if (plan.links.some((link) => link[2] === kind)) lines.append(item(stroke({ color: look.color, weight: 1.4 }, look.dash), say(look.word))); });
    if (state.layers.roads) for (const road of data.roads) lines.append(item(stroke(ROADS[road.rank]), say("map.road" + road.rank)));
    if (state.layers.red && data.red.length) lines.append(item(stroke({ color: "#a3324a", weight: 1.5 }, "5 3"), say("map.red")));
    here.page.printed.textContent = say("map.printed", { service: service.name, when: state.when === "after" && data.phases.length > 1 ? say("map.until", { phase: data.phases[state.phase] }) : say("map." + state.when) });
    here.page.legend.replaceChildren(
      make("p", { class: "legend-title" }, say(service.family === "haul" && service.mixed ? "map.legend_haul" : service.mixed ? "map.legend_share" : "map.legend_travel", { service: service.name })), list, signs, lines,
      make("p", { class: "hint" }, say("map.size", { who: service.who })),
      make("p", { class: "legend-share" }, say(service.family === "haul" ? "map.share_haul" : service.unit === "settlements" ? "map.share_places" : "map.share", { before: service.share[0], after: service.share[1] })));
  }
  const item = (sign, text) => make("li", {}, sign, text);
  function swatch(shape, fill, stroke, r, weight) {
    const canvas = make("canvas", { width: 40, height: 40, class: "swatch", "aria-hidden": "true" }), ctx = canvas.getContext("2d");
    ctx.scale(2, 2);
    outline(ctx, shape, 10, 10, r);
    ctx.fillStyle = fill; ctx.strokeStyle = stroke; ctx.lineWidth = weight;
    if (shape !== "cross") ctx.fill();
    ctx.stroke();
    return canvas;
  }
  function stroke(look, dash) {
    const canvas = make("canvas", { width: 40, height: 40, class: "swatch", "aria-hidden": "true" }), ctx = canvas.getContext("2d");
    ctx.scale(2, 2);
    ctx.strokeStyle = look.color; ctx.lineWidth = Math.max(1.4, look.weight);
    if (dash) ctx.setLineDash(dash.split(" ").map(Number));
    ctx.beginPath(); ctx.moveTo(1, 10); ctx.lineTo(19, 10); ctx.stroke();
    return canvas;
  }

  function wire(here) {
    const { page, map, data } = here;
    page.services.addEventListener("change", (event) => { state.service = Number(event.target.value); redraw(here); });
    page.when.addEventListener("change", (event) => { state.when = event.target.value; redraw(here); });
    page.slider.addEventListener("input", (event) => { state.phase = Number(event.target.value); redraw(here); });
    page.layers.addEventListener("change", (event) => {
      const { name, checked } = event.target;
      state.layers[name] = checked;
      if (DRAWN.includes(name)) return redraw(here);
      if (name === "names" && checked) requestAnimationFrame(() => thin(here));
      if (checked) here.layers[name].addTo(map);
      else here.layers[name].remove();
      legend(here);
    });
    page.reset.addEventListener("click", () => {
      state.chosen = null;
      detail(here);
      map.fitBounds(here.home, { padding: [16, 16], animate: false });
    });
    const index = data.places.name.map((name, i) => (name + " " + data.places.towns[data.places.town[i]]).toLowerCase());
    page.search.addEventListener("input", () => {
      const wanted = page.search.value.trim().toLowerCase();
      const found = [];
      if (wanted) for (let i = 0; i < index.length && found.length < 8; i++) if (index[i].includes(wanted)) found.push(i);
      page.hits.hidden = !wanted;
      page.hits.replaceChildren(...(found.length || !wanted ? found.map((i) => make("li", {}, make("button", { type: "button", onclick: () => go(i) }, placeName(here, i)))) : [make("li", { class: "hint" }, say("map.no_hit"))]));
    });
    page.search.addEventListener("keydown", (event) => {
      if (event.key === "Enter") page.hits.querySelector("button")?.click();
      if (event.key === "Escape") page.hits.hidden = true;
      if (event.key === "ArrowDown") page.hits.querySelector("button")?.focus();
    });
    page.hits.addEventListener("keydown", (event) => {
      const beside = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
      if (!beside) return;
      event.preventDefault();
      (event.target.closest("li")[beside]?.querySelector("button") || page.search).focus();
    });
    function go(i) {
      page.hits.hidden = true;
      map.setView([here.lat[i], here.lon[i]], Math.max(map.getZoom(), here.homeZoom + 2), { animate: false });
      choose(here, { place: i });
    }
    new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(page.canvas);
  }

  /* Printing does not wait for a redraw, so the picture on the screen is copied at once. */
  function printing(here) {
    window.addEventListener("beforeprint", () => {
      const copy = document.getElementById("map-print"), frame = here.page.canvas.getBoundingClientRect(), ctx = copy.getContext("2d");
      copy.width = frame.width * 2;
      copy.height = frame.height * 2;
      ctx.scale(2, 2);
      ctx.fillStyle = "#fbfaf6";
      ctx.fillRect(0, 0, frame.width, frame.height);
      for (const canvas of here.page.canvas.querySelectorAll(".leaflet-below-pane canvas, .leaflet-overlay-pane canvas")) {
        const box = canvas.getBoundingClientRect();
        ctx.drawImage(canvas, box.left - frame.left, box.top - frame.top, box.width, box.height);
      }
      ctx.font = "600 12px sans-serif";
      ctx.textAlign = "center";
      ctx.lineWidth = 3;
      ctx.strokeStyle = "rgba(255,255,255,.85)";
      ctx.fillStyle = "#222";
      for (const name of here.page.canvas.querySelectorAll(".place-name span")) {
        if (name.style.visibility) continue;
        const box = name.getBoundingClientRect();
        ctx.strokeText(name.textContent, (box.left + box.right) / 2 - frame.left, box.bottom - frame.top - 4);
        ctx.fillText(name.textContent, (box.left + box.right) / 2 - frame.left, box.bottom - frame.top - 4);
      }
    });
  }
})();
