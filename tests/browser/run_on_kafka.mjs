// The run on a real broker whose page report.test.mjs looks at.
import { runOnKafka } from "./fixture.mjs";

runOnKafka();
