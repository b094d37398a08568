/* The story from top to bottom. */
"use strict";

// Each has its id, its word in the bar on top, its title.
const SECTIONS = [
  ["setup", "Setup", "What was run on what", setupSection],
  ["slo", "SLOs", "SLOs", sloSection],
  ["timeline", "Timeline", "Timeline", timelineSection],
  ["spectrum", "Spectrum", "Percentile spectrum", spectrumSection],
  ["staleness", "Staleness", "Staleness by class, group and tier", stalenessSection],
  ["reads", "Reads", "What the readers saw", readsSection],
  ["budgets", "Budgets", "Error budgets and time over bound", budgetSection],
  ["partitions", "Partitions", "Partitions", partitionsSection],
  ["disturbances", "Disturbances", "Disturbances", disturbanceSection],
  ["passes", "Passes", "Replay and backlog", passesSection],
  ["worst", "Worst", "The worst events", worstSection],
  ["ledger", "Ledger", "Ledger", ledgerSection],
  ["producing", "Producing", "Producing and lag", producingSection],
  ["validity", "Validity", "Validity and noise floor", validitySection],
  ["manifest", "Manifest", "Manifest", manifestSection],
  ["glossary", "Glossary", "Glossary", glossarySection],
];

start(head, SECTIONS);
