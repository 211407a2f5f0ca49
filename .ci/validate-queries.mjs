// Validates every GraphQL query of the program, each in a file of its own, against GitHub's published schema.
// Installs nothing: NODE_MODULES names the folder with `graphql` and `@octokit/graphql-schema`.
//
//   NODE_MODULES=/tmp/npm/node_modules node .ci/validate-queries.mjs src/sources/github/queries
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const modules = process.env.NODE_MODULES;
const folder = process.argv[2];
if (!modules || !folder) {
  console.error("usage: NODE_MODULES=DIR node validate-queries.mjs FOLDER");
  process.exit(2);
}
const require = createRequire(resolve(modules, "nothing.js"));
const { buildSchema, parse, validate, Kind } = require("graphql");
// The package's schema.json lacks some arguments that schema.graphql has, such as `Issue.stateReason(enableDuplicate:)`.
// schema.graphql defines one field twice, which only matters to a server.
const definitions = readFileSync(join(modules, "@octokit/graphql-schema/schema.graphql"), "utf8");
const schema = buildSchema(definitions, { assumeValidSDL: true });

const files = readdirSync(folder).filter((name) => name.endsWith(".graphql")).sort();
const complaints = [];

// The checker itself must see what it is for: a misspelt field.
const [probe] = validate(schema, parse("{ repository(owner: \"a\", name: \"b\") { nmae } }"));
if (!probe) complaints.push("the schema accepts a field that does not exist");
if (files.length === 0) complaints.push(`${folder} holds no .graphql file`);

// Fragments may lie in files of their own and are then known to all.
const documents = [];
const shared = [];
for (const file of files) {
  const path = join(folder, file);
  try {
    const document = parse(readFileSync(path, "utf8"));
    const operations = document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
    if (operations.length > 1) complaints.push(`${path}: more than one operation`);
    if (operations.length === 0) shared.push(...document.definitions);
    documents.push({ path, document, isQuery: operations.length === 1 });
  } catch (error) {
    complaints.push(`${path}: ${error.message}`);
  }
}

function used(node, names = new Set()) {
  JSON.stringify(node, (key, value) => {
    if (value?.kind === Kind.FRAGMENT_SPREAD) names.add(value.name.value);
    return key === "loc" ? undefined : value;
  });
  return names;
}

for (const { path, document, isQuery } of documents) {
  const definitions = [...document.definitions];
  const own = new Set(definitions.filter((node) => node.name).map((node) => node.name.value));
  // A fragment may use another one.
  for (let at = 0; at < definitions.length; at += 1) {
    for (const name of used(definitions[at])) {
      const fragment = shared.find((node) => node.name.value === name);
      if (fragment && !own.has(name)) {
        own.add(name);
        definitions.push(fragment);
      }
    }
  }
  for (const error of validate(schema, { kind: Kind.DOCUMENT, definitions })) {
    const unusedHere = !isQuery && /^Fragment ".*" is never used/.test(error.message);
    if (!unusedHere) complaints.push(`${path}:${error.locations?.[0]?.line ?? 1}: ${error.message}`);
  }
}

complaints.forEach((complaint) => console.error(complaint));
if (complaints.length === 0) console.log(`${files.length} files of queries are valid in GitHub's schema.`);
process.exit(complaints.length === 0 ? 0 : 1);
