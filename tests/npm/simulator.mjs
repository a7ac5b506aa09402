// GitHub's own description of its REST API as a server on the port that is given: it answers with the description's
// examples and refuses whatever the description doesn't allow.
import { simulation } from "@simulacrum/github-api-simulator";

simulation().listen(Number(process.argv[2]), () => console.log("listening"));
