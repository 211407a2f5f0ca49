// Holds Grafana dashboards to the types that Grafana publishes: the dashboard itself, its variables, and options, fields
// and queries of each panel by its type. Unknown keys and unknown values are errors. No registry has a Grafana server to
// load them into; that the queries answer is tested against a Prometheus (tests/integration/prometheus/dashboard.rs).
// Installs nothing: NODE_MODULES names the folder with `typescript` and `@grafana/schema`.
//
//   NODE_MODULES=/tmp/npm/node_modules node .ci/validate-dashboard.mjs dashboard.json...
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const modules = resolve(process.env.NODE_MODULES ?? "");
const files = process.argv.slice(2);
if (!process.env.NODE_MODULES || files.length === 0) {
  console.error("usage: NODE_MODULES=DIR node validate-dashboard.mjs DASHBOARD...");
  process.exit(2);
}
const require = createRequire(join(modules, "nothing.js"));
const ts = require("typescript");
const version = JSON.parse(readFileSync(join(modules, "@grafana/schema/package.json"), "utf8")).version;

// The types of panels and queries are not in the package's index. Releases lay them in files of different names.
function typesOf(kind, what) {
  const folders = ["esm", "types"].map((part) => join(modules, `@grafana/schema/dist/${part}/raw/composable/${kind}/${what}/x`));
  const paths = folders.filter(existsSync).flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)));
  const path = paths.find((path) => path.endsWith(".gen.d.ts"));
  return path?.replace(/\.d\.ts$/, "");
}
const prometheus = typesOf("prometheus", "dataquery");
const types = `
import type { Dashboard, FieldConfig, Panel, VariableModel } from "@grafana/schema";
import type { Options as Stat } from "${typesOf("stat", "panelcfg")}";
import type { FieldConfig as Lines, Options as TimeSeries } from "${typesOf("timeseries", "panelcfg")}";
import type { Options as Text } from "${typesOf("text", "panelcfg")}";
${prometheus ? `import type { PrometheusDataQuery as Query } from "${prometheus}";` : "type Query = Record<string, unknown>;"}
// As JSON has it: an enumeration's member is its text.
type Json<T> = T extends string ? \`\${T}\` : T extends (infer E)[] ? Json<E>[] : T extends object ? { [K in keyof T]: Json<T[K]> } : T;
// Grafana fills in options that are left out, whatever their types say.
type Options<T> = { [K in keyof T]?: T[K] extends (infer E)[] ? E[] : T[K] };
type Fields<C> = { defaults: Json<Omit<FieldConfig, "custom"> & { custom?: C }>; overrides: [] };
type One<N extends string, O, C, Q> = Json<Omit<Panel, "type" | "options" | "fieldConfig" | "targets">>
  & { type: N; options: Json<Options<O>>; id: number; gridPos: { h: number; w: number; x: number; y: number } } & C & Q;
type Targets = { targets: [Json<Query>, ...Json<Query>[]] };
// Grafana's own exports have the text of a query beside it, and no choice of a data source; the published types do not say so.
type Variable = Json<Omit<VariableModel, "current">> & { definition?: string; current: Json<VariableModel["current"]> | Record<string, never> };
export type Ours = Json<Omit<Dashboard, "panels" | "templating">> & {
  templating: { list: Variable[] };
  panels: (One<"stat", Stat, { fieldConfig: Fields<{}> }, Targets>
    | One<"timeseries", TimeSeries, { fieldConfig: Fields<Lines> }, Targets>
    | One<"text", Text, {}, {}>)[];
};`;

// What TypeScript says of a dashboard, as lines.
function complaintsAbout(text) {
  const name = join(modules, "dashboard.ts");
  const options = {
    strict: true, noEmit: true, skipLibCheck: true, types: [], target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler,
  };
  const source = `${types}\nconst dashboard: Ours = ${text};\nexport default dashboard;\n`;
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (path, target) => (path === name ? ts.createSourceFile(path, source, target) : read(path, target));
  const exists = host.fileExists.bind(host);
  host.fileExists = (path) => path === name || exists(path);
  const program = ts.createProgram([name], options, host);
  const skipped = types.split("\n").length;
  return ts.getPreEmitDiagnostics(program).map((it) => {
    const at = it.file && it.start !== undefined ? it.file.getLineAndCharacterOfPosition(it.start).line + 1 - skipped : 0;
    return `line ${at}: ${ts.flattenDiagnosticMessageText(it.messageText, "\n  ")}`;
  });
}

let failed = false;
for (const file of files) {
  const text = readFileSync(file, "utf8");
  const complaints = complaintsAbout(text);
  // The checker itself must see what it is for: keys, values and numbers that Grafana does not know, and what is missing.
  for (const [from, to] of [
    ['"noValue"', '"noVlaue"'], ['"colorMode": "background"', '"colorMode": "backround"'], ['"schemaVersion": ', '"schema": '],
    ['"drawStyle": "line"', '"drawStyle": "lines"'], ['"mode": "markdown"', '"mode": "md"'], ['"gridPos"', '"gridpos"'],
    ['"refresh": 2', '"refresh": 7'], ['"type": "timeseries"', '"type": "timeserie"'],
    ...(prometheus ? [['"expr"', '"expression"'], ['"format": "time_series"', '"format": "series"']] : []),
  ]) {
    if (!text.includes(from)) complaints.push(`the dashboard has no ${from} any more: choose another probe`);
    else if (complaintsAbout(text.replace(from, to)).length === 0) complaints.push(`the types accept ${to}`);
  }
  for (const complaint of complaints) console.error(`${file}, Grafana ${version}: ${complaint}`);
  failed ||= complaints.length > 0;
}
if (failed) process.exit(1);
console.log(`${files.length} dashboards fit the types of Grafana ${version}${prometheus ? ", queries too" : ""}.`);
