// Read the countries of world-atlas, simplify and project them; print their shapes and the projected points as JSON.
// Called by build-map with a JSON object on standard input: {width, detail, points: [[longitude, latitude], …]}.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { geoEqualEarth, geoPath } from "d3-geo";
import { feature, mergeArcs } from "topojson-client";
import { filter, filterAttachedWeight, presimplify, simplify, sphericalRingArea, sphericalTriangleArea } from "topojson-simplify";

const { width, detail, points } = JSON.parse(readFileSync(0, "utf8"));
const atlas = JSON.parse(readFileSync(createRequire(import.meta.url).resolve("world-atlas/countries-50m.json"), "utf8"));

// Lands that ISO 3166 gives no code of their own, by the country whose places GeoNames counts theirs among.
const PARTS = { "N. Cyprus": "196", Somaliland: "706" };
// A ring belongs to the frame of its country if it is at least this share of the largest one: Alaska does, Guiana does not.
const FRAMED = 0.12;

const lands = new Map();
for (const land of atlas.objects.countries.geometries) {
  const code = land.id ?? PARTS[land.properties.name] ?? land.properties.name;
  lands.set(code, [...(lands.get(code) ?? []), land]);
}
const geometries = [...lands].map(([id, parts]) => ({ id, ...(parts.length > 1 ? mergeArcs(atlas, parts) : parts[0]), id }));
const whole = presimplify({ ...atlas, objects: { countries: { type: "GeometryCollection", geometries } } }, sphericalTriangleArea);
const simple = simplify(whole, detail);
const kept = filter(simple, filterAttachedWeight(simple, 2 * detail, sphericalRingArea));

// Turned a little, so that the edge runs through the Bering Strait and cuts no country in two.
const projection = geoEqualEarth().rotate([-11, 0]).fitWidth(width, { type: "Sphere" }).precision(2);
const shapes = feature(kept, kept.objects.countries).features.flatMap((land) => {
  const rings = ringsOf(land).filter((ring) => ring.length > 2);
  if (!rings.length) return [];
  const largest = Math.max(...rings.map(area));
  const framed = rings.filter((ring) => area(ring) >= FRAMED * largest).flat();
  return { id: land.id, path: rings.map(written).join(""), frame: extent(framed), extent: extent(rings.flat()) };
});
console.log(JSON.stringify({ shapes, points: points.map((point) => projection(point).map(Math.round)) }));

function ringsOf(land) {
  const rings = [];
  const step = (x, y) => {
    const [a, b] = [Math.round(x), Math.round(y)];
    const last = rings.at(-1).at(-1);
    if (!last || last[0] !== a || last[1] !== b) rings.at(-1).push([a, b]);
  };
  const context = { moveTo: (x, y) => (rings.push([]), step(x, y)), lineTo: step, closePath() {}, arc() {} };
  geoPath(projection, context)(land);
  return rings;
}

function area(ring) {
  return Math.abs(ring.reduce((sum, [x, y], i) => sum + ring.at(i - 1)[0] * y - x * ring.at(i - 1)[1], 0)) / 2;
}


function extent(ring) {
  return [Math.min, Math.max].flatMap((choose) => [0, 1].map((axis) => choose(...ring.map((point) => point[axis]))));
}

function written(ring) {
  let [x, y] = ring[0];
  let path = `M${x} ${y}l`;
  for (const [a, b] of ring.slice(1)) {
    path += `${path.endsWith("l") || a < x ? "" : " "}${a - x}${b < y ? "" : " "}${b - y}`;
    [x, y] = [a, b];
  }
  return path + "z";
}
